// What a hart does between its entry and the dispatcher: the contract of lab 01
// (labs/01-bootcamp/bootcamp.c, solutions/01-bootcamp/bootcamp.c). The rules are below.
//
// A hart enters the kernel in S-mode at _entry (the boot hart, from the firmware) or at
// hart_entry (every other, started by lab 02's start_harts()), with satp = 0, sstatus.SIE = 0
// and two arguments. The firmware leaves everything else undefined [SBI 2.0, section 9.1, "HSM
// Hart Start Register State"]: other CSRs, other fields of sstatus, the hart's PLIC registers
// (OpenSBI leaves its threshold at 7) and its timer hold whatever they hold. Both entries
// give the hart its stack; the boot hart clears .bss. The rest of the way is this file's.
//
// The boot hart goes through boot/main.c, which calls the functions one by one, between the
// parts of the kernel that they rely on. Every other hart goes through bootcamp(), which is
// yours from beginning to end; it may call the same functions in any order that keeps the rules.
#pragma once
#include "hart.h"

// tp: from now on this_hart() is `hart`. On the boot hart first of all, and once more when the
// device tree has been read and the harts have their indices: only then is `hart` for good.
void bootcamp_tp(struct hart *hart);

// This hart can take traps: stvec, sscratch, sstatus, scounteren, sie (rules 2 and 3). On the
// boot hart right after bootcamp_tp(): from then on a fault in the kernel is a report.
void bootcamp_traps(void);

// This hart translates by the kernel's table: satp, sfence.vma (rule 4). On the boot hart as
// soon as kvm_init() has completed the table.
void bootcamp_paging(void);

// The PLIC lets every source through to this hart, `hart`: enables and threshold of its context
// (rule 5). On the boot hart after plic_init(), before any source is connected.
void bootcamp_plic(const struct hart *hart);

// `source` may interrupt the harts from now on: its priority (rule 5). irq_connect() calls it,
// on any hart, when the source has its handler.
void bootcamp_source(unsigned source);

// This hart's first timer interrupt, within a quantum from now (rule 8). Boot hart: just before
// scheduler().
void bootcamp_timer(void);

// Every hart but the boot hart, from hart_entry, on its own stack (hart->stack_top), bss
// cleared, the kernel's table complete, sources connected. Gets ready, says so, waits for the
// end of the meeting, and calls scheduler().
_Noreturn void bootcamp(struct hart *hart);

// Boot hart, once, when start_harts() has seen the other harts online: lets them go (rule 7).
// Returns without waiting for them. A hart that start_harts() gave up, and that comes online
// after all, finds the meeting over and goes on.
void bootcamp_end_meeting(void);

// ---- The rules of lab 01 ----------------------------------------------------------------
//
//  1. tp. tp points to this hart's own struct hart before anything asks for this_hart(): locks,
//     printf, panic, hart_interrupt, the trap entry.
//
//  2. Traps. stvec = trap_entry, mode Direct. sscratch = 0: this is S-mode (trap.h). In sstatus
//     SUM, MXR, FS and VS are 0: user memory is reached through mm/copy.c alone, and nobody saves
//     floating-point or vector registers. scounteren = CY, TM, IR: user programs read the time.
//     sie = SSIE, STIE, SEIE, and nothing else. Rule 2 holds on return from bootcamp_traps(),
//     and on every hart before it takes a trap and before it is online.
//
//  3. Interrupts stay off: sstatus.SIE is 0 from the entry to the dispatcher, which turns it on.
//     wfi ends all the same when an interrupt is pending that sie has on [Privileged, "Wait for
//     Interrupt"]; nothing is taken then.
//
//  4. Paging. One write of satp: mode Sv39, ASID 0, PPN of kvm_root; not before kvm_init() has
//     returned. Writing satp orders nothing [Privileged, "Supervisor Memory-Management Fence
//     Instruction"]: sfence.vma, for all addresses and all address spaces, follows on the same
//     hart before it does anything that others see (a device register, a call into the firmware,
//     `online`) and before it takes a trap. A fence before the write as well does no harm.
//
//  5. PLIC. The hart's context is hart->plic_context, as the device tree has it: neither hartid
//     nor index tells it. There every source, 1 to 31, is enabled, and the threshold is 0. No
//     other context's register is touched. A source has a priority of at least 1 as soon as
//     bootcamp_source() returns, and no other source's priority is touched.
//
//  6. Online. hart->online = true says that this hart has been through rules 1 to 5. The hart
//     itself stores it, once, when all of that is done, and in release order: who reads it as
//     true sees what the hart stored before. (The release must be in the machine code: a FENCE
//     whose predecessor and successor sets have at least w, or an AMO or SC with rl.) Then,
//     hart_interrupt(boot_hart), which waits for it in wfi. boot/hart.c does this for the boot hart.
//
//  7. The meeting. No hart calls scheduler() before the boot hart has called
//     bootcamp_end_meeting(). Until then it waits in wfi, or in a retentive hart_suspend(), and
//     executes no more than 2000 instructions. The waiting is yours: hart_wait() is lab 02's. It
//     may leave wfi for no reason, and interrupts may come that mean nothing. No wake-up is lost,
//     wherever the hart is when the meeting ends: 100 us later it is in scheduler(), or 100 us
//     after the holder of a lock that it wants goes on.
//
//  8. First timer. After the end of the meeting and before scheduler() each hart calls
//     sbi_set_timer(t) for itself, with now < t <= now + SCHED_QUANTUM. What its timer held
//     before it never asked for: the boot hart's has the deadline that start_harts() gave the
//     others. (Not earlier: a timer that is due ends every wfi.)
//
// What is observed: CSR writes, fences, traps, calls into the firmware, accesses to the PLIC and
// stores to `online`, per hart in order; page-table walks; time spent in wfi; and when each hart
// enters scheduler(). Nothing that is printed.
