// Harts: what the kernel keeps for each, and how they are numbered (boot/hart.c).
// How they come up: hsm.h and bootcamp.h.
//
// In S-mode tp points to the struct hart of the hart that runs. User code has tp for
// itself; trap.S saves and restores it.
#pragma once
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "param.h"
#include "sbi.h"
#include "spinlock.h"

struct proc;

// Callee-saved registers of a kernel thread that is not running (proc/switch.S).
struct context {
    uint64_t ra, sp, s[12];
};

struct hart {
    // trap.S knows these by offset.
    uintptr_t stack_bottom;  //  0: bounds of the kernel stack in use: of the process that
    uintptr_t stack_top;     //  8  runs, else the hart's own
    uintptr_t emergency_top; // 16: stack for the report of a kernel stack overflow
    uint64_t scratch;        // 24
    uint64_t overflow;       // 32: 1 once a kernel stack has overflowed

    uint64_t hartid;  // the number that SBI and the device tree use; may be sparse
    int index;        // ours, 0 .. hart_count-1: what policies know as `hart`
    int plic_context; // of its S-mode, from the device tree; follows from neither of the two above

    // Only the hart itself, interrupts off:
    struct proc *proc;       // running here, or NULL
    struct context context;  // of the dispatcher, while a process runs
    int intr_depth;          // intr_push() without intr_pop()
    bool intr_before;        // were interrupts on before the first of them?
    uint64_t dispatched_at;  // ticks: when `proc` was picked,
    uint64_t quantum_end;    //        and when its quantum is over

    struct spinlock sleepers_lock; // guards:
    struct proc *sleepers;         // processes that sleep until a time, earliest first

    uintptr_t own_bottom, own_top; // the hart's own stack: boot, then dispatcher
    atomic_bool online;            // has been through its bootcamp
};

_Static_assert(offsetof(struct hart, online) == 248 && sizeof(struct hart) == 256, "whoever watches online");

// A hart's own stack. hart_init_first() stands on the first one.
struct hart_stack {
    char guard[4096]; // never mapped: a stack that grows down into it faults
    char stack[KSTACK_PAGES * 4096] __attribute__((aligned(4096)));
};
extern struct hart_stack hart_stacks[NHART];

extern struct hart harts[NHART];
extern int hart_count;         // these two: constant after hart_number()
extern struct hart *boot_hart;

// The hart this runs on. Interrupts must be off, or the answer may be out of date.
static inline struct hart *this_hart(void) {
    struct hart *hart;
    __asm__ volatile("mv %0, tp" : "=r"(hart));
    return hart;
}

// Boot hart, first of all: tp, so that traps, locks and panics know where they are.
void hart_init_first(uint64_t hartid);
// Boot hart, once, after fdt_init(): numbers the harts in the device tree's order.
void hart_number(void);
// Makes the hart notice: it leaves wfi, or takes a trap. Any context.
void hart_interrupt(struct hart *hart);
// Every hart but the boot hart: from hart_entry (hsm.h), on its own stack, to its bootcamp.
_Noreturn void hart_begin(struct hart *hart);
// The end of the system, on any hart: stops the others (hsm.h), then asks for the reset.
_Noreturn void shutdown(enum sbi_reset_type type, enum sbi_reset_reason reason);
