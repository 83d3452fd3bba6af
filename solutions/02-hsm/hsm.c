// Lab 02, the reference: calls into the firmware, and starting harts.
#include "hsm.h"
#include "fdt.h"
#include "printf.h"
#include "riscv.h"
#include "timer.h"

#define ONLINE_SECONDS 2 // for a hart between HSM start and the end of its bootcamp

void _entry_hart(void);

struct sbiret sbi_call(unsigned long eid, unsigned long fid, unsigned long a0, unsigned long a1, unsigned long a2) {
    register unsigned long r0 __asm__("a0") = a0;
    register unsigned long r1 __asm__("a1") = a1;
    register unsigned long r2 __asm__("a2") = a2;
    register unsigned long r6 __asm__("a6") = fid;
    register unsigned long r7 __asm__("a7") = eid;
    __asm__ volatile("ecall" : "+r"(r0), "+r"(r1) : "r"(r2), "r"(r6), "r"(r7) : "memory");
    return (struct sbiret){.error = (long)r0, .value = (long)r1};
}

// Stops in wfi until the hart is online, or until the timer, set for `deadline`, ends it: then
// false. Interrupts are off, so that they only end wfi. The request is cleared before the flag
// is read: one that comes later is still there at wfi.
static bool wait_for(struct hart *hart, uint64_t deadline) {
    for (;;) {
        CSR_CLEAR(sip, SIE_SSIE);
        if (atomic_load_explicit(&hart->online, memory_order_acquire))
            return true;
        if (time_now() >= deadline)
            return false;
        wait_for_interrupt();
    }
}

static void start_hart(struct hart *hart) {
    struct sbiret ret = sbi_hart_start(hart->hartid, (uintptr_t)_entry_hart, (uintptr_t)hart);
    if (ret.error != SBI_SUCCESS)
        panic("hart %lu does not start: %s", hart->hartid, sbi_error_name(ret.error));
}

void start_harts(void) {
    for (int i = 0; i < hart_count; i++)
        if (&harts[i] != this_hart())
            start_hart(&harts[i]);

    uint64_t deadline = time_now() + ONLINE_SECONDS * fdt.timebase;
    sbi_set_timer(deadline);
    for (int i = 0; i < hart_count; i++)
        if (!wait_for(&harts[i], deadline))
            panic("hart %lu was started but does not come online", harts[i].hartid);
}
