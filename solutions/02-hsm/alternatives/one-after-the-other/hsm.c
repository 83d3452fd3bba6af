// Alternative: a hart is started when the one before it is online or given up, so that each has its own
// two seconds. Harts that are to stop are told, and awaited, one after the other as well.
#include "hsm.h"
#include "printf.h"
#include "riscv.h"
#include "timer.h"

#define NS_PER_MS 1000000UL

static struct {
    atomic_bool asked;
} stop[NHART];
static atomic_int stopper = -1; // index of the hart that shuts down

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

// Starting --------------------------------------------------------------------------------

int start_harts(void) {
    int online = 1;
    for (struct hart *hart = harts; hart < harts + hart_count; hart++) {
        if (hart == boot_hart)
            continue;
        uint64_t deadline = time_now() + ns_to_ticks(START_TIMEOUT_MS * NS_PER_MS);
        fence_all();
        switch (hart_start(hart->hartid, (uintptr_t)hart_entry, (uintptr_t)hart)) {
        case SBI_SUCCESS:
        case SBI_ERR_ALREADY_AVAILABLE:
            online += hart_wait(&hart->online, deadline + 1);
            break;
        default:
            break; // refused
        }
    }
    return online;
}

// Stopping --------------------------------------------------------------------------------

void hart_stop_if_asked(void) {
    if (atomic_load(&stop[this_hart()->index].asked))
        hart_stop();
}

void stop_harts(void) {
    int nobody = -1, self = this_hart()->index;
    if (!atomic_compare_exchange_strong(&stopper, &nobody, self))
        hart_stop();
    uint64_t deadline = time_now() + ns_to_ticks(STOP_TIMEOUT_MS * NS_PER_MS);
    for (int i = 0; i < hart_count; i++)
        atomic_store(&stop[i].asked, i != self);
    // All are told before the first is awaited: a stuck one must not use up the time of those behind it.
    for (int i = 0; i < hart_count; i++)
        if (i != self && atomic_load(&harts[i].online))
            hart_interrupt(&harts[i]);
    for (int i = 0; i < hart_count; i++) {
        if (i == self || !atomic_load(&harts[i].online))
            continue;
        while (hart_get_status(harts[i].hartid) != HART_STOPPED && time_now() < deadline)
            spin_hint();
    }
}
