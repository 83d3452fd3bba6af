// Alternative: no use of interrupts between harts. The timer wakes the waiting hart every 20 us, and it looks;
// harts that are to stop are awaited in the same way.
#include "hsm.h"
#include "printf.h"
#include "riscv.h"
#include "timer.h"

#define NS_PER_MS      1000000UL
#define STOP_POLL_TIME ns_to_ticks(20000)

static atomic_bool stopping; // stop_harts() asks every other hart to stop

// Calls -----------------------------------------------------------------------------------

struct sbiret sbi_call(unsigned long eid, unsigned long fid, unsigned long a0, unsigned long a1, unsigned long a2,
                       unsigned long a3, unsigned long a4, unsigned long a5) {
    register unsigned long r0 __asm__("a0") = a0;
    register unsigned long r1 __asm__("a1") = a1;
    register unsigned long r2 __asm__("a2") = a2;
    register unsigned long r3 __asm__("a3") = a3;
    register unsigned long r4 __asm__("a4") = a4;
    register unsigned long r5 __asm__("a5") = a5;
    register unsigned long r6 __asm__("a6") = fid;
    register unsigned long r7 __asm__("a7") = eid;
    __asm__ volatile("ecall"
                     : "+r"(r0), "+r"(r1)
                     : "r"(r2), "r"(r3), "r"(r4), "r"(r5), "r"(r6), "r"(r7)
                     : "memory");
    return (struct sbiret){.error = (long)r0, .value = (long)r1};
}

static struct sbiret hsm_call(unsigned long fid, unsigned long a0, unsigned long a1, unsigned long a2) {
    return sbi_call(EID_HSM, fid, a0, a1, a2, 0, 0, 0);
}

long hart_start(uint64_t hartid, uintptr_t entry, uintptr_t opaque) {
    return hsm_call(HSM_HART_START, hartid, entry, opaque).error;
}

long hart_stop(void) { return hsm_call(HSM_HART_STOP, 0, 0, 0).error; }

long hart_get_status(uint64_t hartid) {
    struct sbiret ret = hsm_call(HSM_HART_GET_STATUS, hartid, 0, 0);
    return ret.error == SBI_SUCCESS ? ret.value : ret.error;
}

long hart_suspend(uint32_t type, uintptr_t resume, uintptr_t opaque) {
    return hsm_call(HSM_HART_SUSPEND, type, resume, opaque).error;
}

// Waiting ---------------------------------------------------------------------------------

#define POLL_TIME ns_to_ticks(20000)

// Software interrupts do not end wfi here; the timer does, again and again.
bool hart_wait(const atomic_bool *flag, uint64_t deadline) {
    CSR_CLEAR(sie, SIE_SSIE);
    bool set;
    uint64_t now;
    while (!(set = atomic_load_explicit(flag, memory_order_acquire)) && (now = time_now()) < deadline) {
        sbi_set_timer(deadline - now < POLL_TIME ? deadline : now + POLL_TIME);
        wait_for_interrupt();
    }
    CSR_SET(sie, SIE_SSIE);
    return set;
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
    static const atomic_bool never;
    if (atomic_exchange(&stopping, true))
        hart_stop_if_asked(); // another hart shuts down
    for (int i = 0; i < hart_count; i++)
        if (&harts[i] != this_hart())
            hart_interrupt(&harts[i]);

    uint64_t deadline = time_now() + ns_to_ticks(STOP_TIMEOUT_MS * NS_PER_MS);
    while (!all_stopped() && time_now() < deadline)
        hart_wait(&never, time_now() + STOP_POLL_TIME);
}
