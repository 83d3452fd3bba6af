// Alternative: a hart that waits is suspended by the firmware, and clears its request behind the sleep
// instead of ahead of the look. The timer is left off.
#include "hsm.h"
#include "printf.h"
#include "riscv.h"
#include "timer.h"

#define NS_PER_MS      1000000UL
#define STOP_POLL_TIME ns_to_ticks(20000) // between looks at harts that are about to stop

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

// Suspended instead of wfi: it ends in the same way, and where it is refused, wfi it is.
static void sleep(void) {
    if (hart_suspend(HART_SUSPEND_RETENTIVE, 0, 0) != SBI_SUCCESS)
        wait_for_interrupt();
}

// The request is cleared behind each sleep and ahead of the look at the flag.
bool hart_wait(const atomic_bool *flag, uint64_t deadline) {
    sbi_set_timer(deadline);
    while (!atomic_load(flag)) {
        if (time_now() >= deadline)
            return false;
        sleep();
        CSR_CLEAR(sip, SIE_SSIE);
        fence_all();
    }
    sbi_set_timer(UINT64_MAX);
    return true;
}

static void pause_until(uint64_t deadline) {
    static const atomic_bool never;
    hart_wait(&never, deadline);
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
