// Where harts enter the kernel: S-mode, satp = 0, interrupts off.
#include "param.h"

#define STACK_BYTES (KSTACK_PAGES * 4096)
#define HART_STACK_TOP 8 // hart.h

.section .text.entry, "ax"

// The boot hart, from the firmware: a0 = hartid, a1 = device tree.
// It takes the first of the harts' stacks, whatever its hartid.
.globl _entry
_entry:
    csrw sie, zero
    csrw sscratch, zero
    la t0, bss_start
    la t1, bss_end
1:  sd zero, 0(t0)
    sd zero, 8(t0)
    addi t0, t0, 16
    bltu t0, t1, 1b
    la sp, hart_stacks
    li t0, 4096 + STACK_BYTES // guard page, then the stack
    add sp, sp, t0
    li s0, 0 // back traces end here
    li ra, 0
    call main
    unimp

// Every other hart, from HSM: a0 = hartid, a1 = its struct hart.
.globl _entry_hart
_entry_hart:
    csrw sie, zero
    csrw sscratch, zero
    ld sp, HART_STACK_TOP(a1)
    mv a0, a1
    li s0, 0
    li ra, 0
    call hart_bootcamp
    unimp
