// Traps: entry and exit in trap/trap.S, what to do about them in trap/trap.c.
//
// sscratch holds the address of the process's trap frame while the hart is in U-mode,
// and 0 while it is in S-mode: so the one entry knows where it came from. There is one
// frame layout. The frame of a trap from U-mode lies at the very top of the process's
// kernel stack, which thus begins right below it; a trap from S-mode pushes its frame on
// the stack in use.
#pragma once
#include <stdint.h>

// trap.S knows this layout.
struct trapframe {
    uint64_t x[32]; // x[n] is register xn. x[0] keeps tp for S-mode: the hart that
                    // returned to U-mode with this frame
    uint64_t sepc, sstatus, scause, stval;
};
_Static_assert(sizeof(struct trapframe) == 288, "trap.S; a multiple of 16, as sp must be");

enum { REG_RA = 1, REG_SP = 2, REG_GP = 3, REG_TP = 4, REG_T0 = 5, REG_S0 = 8, REG_A0 = 10, REG_A7 = 17 };

// Where every trap enters the kernel (trap.S): stvec on each hart (bootcamp.h), direct mode. Relies
// on tp, and on sscratch as above.
void trap_entry(void);

// Leaves the kernel through `frame` (trap.S): to U-mode for a process's own frame.
_Noreturn void trap_return(struct trapframe *frame);

// "load page fault" and so on, for an exception's scause.
const char *trap_cause_name(uint64_t scause);
