// Where the boot hart enters the kernel: S-mode, satp = 0, interrupts off. The others enter at
// hart_entry (hsm.h).
#include "param.h"

#define STACK_BYTES (KSTACK_PAGES * 4096)
#define HART_ID     40 // hart.h
#define HART_SIZE   256

.section .text.entry, "ax"

// The boot hart, from the firmware: a0 = hartid, a1 = device tree.
// It takes the first of the harts' stacks, whatever its hartid.
.globl _entry
_entry:
    la t0, entered
    li t1, 1
    amoswap.w.aqrl t1, t1, (t0)
    bnez t1, _entry_early
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

// OpenSBI before 1.3 marks a hart as starting before it notes where it shall start (fixed
// by its commit e8e9ed37): a hart that leaves wfi in between begins where the boot hart
// did, with a1 undefined. It is expected at hart_entry, and its struct hart is ready.
_entry_early:
    la a1, harts
    la t0, hart_count
    lw t0, 0(t0)
1:  ld t1, HART_ID(a1)
    beq t1, a0, 3f
    addi a1, a1, HART_SIZE
    addi t0, t0, -1
    bnez t0, 1b
2:  wfi // none of ours
    j 2b
3:  tail hart_entry

// Has a hart been at _entry? Not in .bss, which that hart clears.
.data
.balign 4
entered:
    .word 0
