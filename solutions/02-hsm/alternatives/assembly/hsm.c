// Alternative: calls and entry in assembly. sbi_call() moves its eight arguments from registers to
// registers; the wrappers put EID and FID behind theirs. hart_entry finds the stack by its bounds.
#include "hsm.h"
#include "printf.h"
#include "riscv.h"
#include "timer.h"

#define NS_PER_MS      1000000UL
#define STOP_POLL_TIME ns_to_ticks(20000) // between looks at harts that are about to stop

static atomic_bool stopping; // stop_harts() asks every other hart to stop

// Waiting ---------------------------------------------------------------------------------

// The request is cleared before the flag is read. So an interrupt that comes after the flag
// was read is still pending at wfi, which then falls through. A CSR write is device output to
// the memory model [Unprivileged, "CSR Access Ordering"]: the fence keeps that order.
bool hart_wait(const atomic_bool *flag, uint64_t deadline) {
    sbi_set_timer(deadline);
    for (;;) {
        CSR_CLEAR(sip, SIE_SSIE);
        fence_all();
        if (atomic_load_explicit(flag, memory_order_acquire))
            return true;
        if (time_now() >= deadline)
            return false;
        wait_for_interrupt();
    }
}

static void pause_until(uint64_t deadline) {
    sbi_set_timer(deadline);
    while (time_now() < deadline) {
        CSR_CLEAR(sip, SIE_SSIE); // or wfi would not wait
        wait_for_interrupt();
    }
}

// Starting --------------------------------------------------------------------------------

static bool start(struct hart *hart) {
    fence_all(); // its struct hart must be visible to it
    long error = hart_start(hart->hartid, (uintptr_t)hart_entry, (uintptr_t)hart);
    if (error == SBI_SUCCESS || error == SBI_ERR_ALREADY_AVAILABLE)
        return true;
    printf("hart %lu is refused: %s\n", hart->hartid, sbi_error_name(error));
    return false;
}

int start_harts(void) {
    bool started[NHART];
    for (int i = 0; i < hart_count; i++)
        started[i] = &harts[i] != this_hart() && start(&harts[i]);

    uint64_t deadline = time_now() + ns_to_ticks(START_TIMEOUT_MS * NS_PER_MS);
    int online = 1;
    for (int i = 0; i < hart_count; i++) {
        if (!started[i])
            continue;
        if (hart_wait(&harts[i].online, deadline))
            online++;
        else
            printf("hart %lu was started but is not online\n", harts[i].hartid);
    }
    return online;
}

// Stopping --------------------------------------------------------------------------------

void hart_stop_if_asked(void) {
    if (!atomic_load(&stopping))
        return;
    long error = hart_stop();
    panic("hart %lu does not stop: %s", this_hart()->hartid, sbi_error_name(error));
}

static bool all_stopped(void) {
    for (int i = 0; i < hart_count; i++)
        if (&harts[i] != this_hart() && atomic_load(&harts[i].online) &&
            hart_get_status(harts[i].hartid) != HART_STOPPED)
            return false;
    return true;
}

void stop_harts(void) {
    if (atomic_exchange(&stopping, true))
        hart_stop_if_asked(); // another hart shuts down
    for (int i = 0; i < hart_count; i++)
        if (&harts[i] != this_hart())
            hart_interrupt(&harts[i]);

    uint64_t deadline = time_now() + ns_to_ticks(STOP_TIMEOUT_MS * NS_PER_MS);
    while (!all_stopped() && time_now() < deadline)
        pause_until(time_now() + STOP_POLL_TIME);
}
