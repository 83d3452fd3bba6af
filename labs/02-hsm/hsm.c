// Calls into the firmware; starting, awaiting and stopping harts: lab 02, yours to write.
//
// kernel/include/hsm.h is the contract, in six parts; part 3 is in hart_entry.S. The handout
// explains why they are what they are.
//
// This stub boots, on the boot hart alone: without a firmware to call there are no timers, no
// interrupts for other harts, and no way to power off.
#include "hsm.h"
#include "printf.h"
#include "riscv.h"
#include "timer.h"

// 1. A call -------------------------------------------------------------------------------

struct sbiret sbi_call(unsigned long eid, unsigned long fid, unsigned long a0, unsigned long a1, unsigned long a2,
                       unsigned long a3, unsigned long a4, unsigned long a5) {
    (void)eid, (void)fid, (void)a0, (void)a1, (void)a2, (void)a3, (void)a4, (void)a5;
    // TODO: ecall. A variable stays in a register for an asm statement if it is declared
    //     register unsigned long r0 __asm__("a0") = a0;
    // and is one of the statement's operands.
    return (struct sbiret){.error = SBI_ERR_NOT_SUPPORTED, .value = 0};
}

// 2. Hart state management ----------------------------------------------------------------

long hart_start(uint64_t hartid, uintptr_t entry, uintptr_t opaque) {
    (void)hartid, (void)entry, (void)opaque;
    return SBI_ERR_NOT_SUPPORTED; // TODO
}

long hart_stop(void) {
    return SBI_ERR_NOT_SUPPORTED; // TODO
}

long hart_get_status(uint64_t hartid) {
    (void)hartid;
    return SBI_ERR_NOT_SUPPORTED; // TODO
}

long hart_suspend(uint32_t type, uintptr_t resume, uintptr_t opaque) {
    (void)type, (void)resume, (void)opaque;
    return SBI_ERR_NOT_SUPPORTED; // TODO
}

// 4. Waiting ------------------------------------------------------------------------------

bool hart_wait(const atomic_bool *flag, uint64_t deadline) {
    (void)deadline;
    // TODO: sleep until there is something new. Which of these must come before which: reading
    // the flag, clearing SSIP in sip, wfi?
    return atomic_load(flag);
}

// 5. Starting -----------------------------------------------------------------------------

int start_harts(void) {
    // TODO: every hart of harts[0] to harts[hart_count - 1] but this_hart().
    return 1;
}

// 6. Stopping -----------------------------------------------------------------------------

void hart_stop_if_asked(void) {
    // TODO
}

void stop_harts(void) {
    // TODO
}
