// Calls into the firmware; starting, awaiting and stopping harts: the contract of lab 02
// (hsm.c and hart_entry.S in labs/02-hsm and solutions/02-hsm). Section numbers are those of
// the "RISC-V Supervisor Binary Interface Specification", version 2.0.
//
// A hart has two numbers. Its hartid is what the firmware and the device tree call it: the ids
// may have gaps and begin anywhere, and any of them may boot. Its index is its place in
// harts[]. The firmware is asked by hartid, always.
#pragma once
#include "hart.h"
#include "sbi.h"

// 1. A call [3]: EID in a7, FID in a6, arguments in a0 to a5; error and value come back in a0
// and a1. All other registers survive; memory may change.
struct sbiret sbi_call(unsigned long eid, unsigned long fid, unsigned long a0, unsigned long a1, unsigned long a2,
                       unsigned long a3, unsigned long a4, unsigned long a5);

// 2. Hart state management [9]. Each call returns what the firmware says: SBI_SUCCESS or the
// error, which is negative. What to do about it is the caller's business.
#define EID_HSM 0x48534dUL
enum { HSM_HART_START = 0, HSM_HART_STOP = 1, HSM_HART_GET_STATUS = 2, HSM_HART_SUSPEND = 3 };
enum hart_state {
    HART_STARTED = 0,
    HART_STOPPED = 1,
    HART_START_PENDING = 2,
    HART_STOP_PENDING = 3,
    HART_SUSPENDED = 4,
    HART_SUSPEND_PENDING = 5,
    HART_RESUME_PENDING = 6,
};
#define HART_SUSPEND_RETENTIVE 0x00000000u // registers survive; ends like wfi

// The hart begins at physical address `entry` in S-mode: a0 = hartid, a1 = opaque, satp = 0,
// sstatus.SIE = 0. Success only means that it was told to.
long hart_start(uint64_t hartid, uintptr_t entry, uintptr_t opaque);
// This hart leaves the kernel; interrupts must be off. Returns only if it is refused.
long hart_stop(void);
// The hart's state, an enum hart_state; or the error.
long hart_get_status(uint64_t hartid);
// This hart pauses. Of type HART_SUSPEND_RETENTIVE it goes on here when an interrupt is
// pending that sie enables, be sstatus.SIE on or off; `resume` and `opaque` are for other types.
long hart_suspend(uint32_t type, uintptr_t resume, uintptr_t opaque);

// 3. Where start_harts() starts harts (hart_entry.S), its opaque argument being the hart's
// struct hart: goes on to the hart's own stack and calls hart_begin(struct hart *).
void hart_entry(void);

// 4. Waits until *flag, which another hart sets before it calls hart_interrupt() for this one:
// true. Or until time_now() reaches `deadline`: false. Interrupts are off and stay off; sie
// enables software and timer interrupts. Other interrupts may come meanwhile; they mean
// nothing. The hart sleeps whenever there is nothing new (wfi, or a suspend), and misses no
// wake-up, however early it comes. It may use, and leave, its timer as it likes.
bool hart_wait(const atomic_bool *flag, uint64_t deadline);

// 5. On the boot hart, once: starts every other hart of harts[], each once. Returns how many
// harts are online, this one included, when each of the others
//   - is online (hart->online, then an interrupt for boot_hart), or
//   - was refused by the firmware, or
//   - was not online START_TIMEOUT_MS after it was started. It may come later: hart_begin()
//     and its stack then still work.
// SBI_ERR_ALREADY_AVAILABLE is no refusal: somebody has started the hart already, at
// hart_entry, and it is waited for like the others. Whether all are started at once, or one
// when the one before it is there, is free.
#define START_TIMEOUT_MS 2000
int start_harts(void);

// 6. On the hart that is about to shut the system down, interrupts off: has every other hart
// that is online stop itself. Returns when the firmware says of each that it is stopped, or
// after STOP_TIMEOUT_MS: one may be stuck, its interrupts off. If two harts come here, the
// second one stops instead.
#define STOP_TIMEOUT_MS 100
void stop_harts(void);
// On each hart, interrupts off, for every software interrupt: stops the hart for good if
// stop_harts() asks for it.
void hart_stop_if_asked(void);
