// Alternative: asks for the status of a hart before it starts it, goes from the last hart to the first, and
// counts flags at the end. Shutting down is a lock with the name of a hart, and harts are told until they stop.
#include "hsm.h"
#include "printf.h"
#include "riscv.h"
#include "timer.h"

#define NS_PER_MS 1000000UL

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

// Only a hart that is stopped is started; who is on the way already is waited for.
static bool is_coming(const struct hart *hart) {
    switch (hart_get_status(hart->hartid)) {
    case HART_STOPPED:
    case HART_STOP_PENDING:
        fence_all();
        return hart_start(hart->hartid, (uintptr_t)hart_entry, (uintptr_t)hart) == SBI_SUCCESS;
    case HART_STARTED:
    case HART_START_PENDING:
        return true;
    default:
        return false;
    }
}

static int count_online(void) {
    int count = 0;
    for (int i = 0; i < hart_count; i++)
        count += atomic_load(&harts[i].online);
    return count;
}

// From the last hart to the first, on a common deadline; what counts is the flags, at the end.
int start_harts(void) {
    uint64_t coming[(NHART + 63) / 64] = {0};
    for (int i = hart_count - 1; i >= 0; i--)
        if (&harts[i] != this_hart() && is_coming(&harts[i]))
            coming[i / 64] |= 1UL << i % 64;
    uint64_t deadline = time_now() + ns_to_ticks(START_TIMEOUT_MS * NS_PER_MS);
    for (int i = hart_count - 1; i >= 0; i--)
        if (coming[i / 64] >> i % 64 & 1)
            hart_wait(&harts[i].online, deadline);
    return count_online();
}

// Stopping --------------------------------------------------------------------------------

static struct spinlock lock = SPINLOCK("stop");
static struct hart *last; // who shuts down; guarded by lock

void hart_stop_if_asked(void) {
    acquire(&lock);
    bool asked = last && last != this_hart();
    release(&lock);
    if (asked)
        hart_stop();
}

void stop_harts(void) {
    acquire(&lock);
    if (!last)
        last = this_hart();
    release(&lock);
    hart_stop_if_asked();

    uint64_t deadline = time_now() + ns_to_ticks(STOP_TIMEOUT_MS * NS_PER_MS);
    bool again = true;
    while (again && time_now() < deadline) {
        again = false;
        for (int i = 0; i < hart_count; i++) {
            if (&harts[i] == this_hart() || !atomic_load(&harts[i].online) ||
                hart_get_status(harts[i].hartid) == HART_STOPPED)
                continue;
            again = true;
            hart_interrupt(&harts[i]); // once more does no harm
        }
    }
}
