// Lab 02, yours to write: where every hart but the boot hart enters the kernel.
//
// Part 3 of kernel/include/hsm.h. a0 = hartid, a1 = the opaque argument of start_harts(): the
// hart's struct hart (hart.h). All other registers are undefined, sp too; no C function can
// run before it is set.
#define HART_STACK_TOP 8 // of struct hart: stack_top

.section .text
.globl hart_entry
hart_entry:
    // TODO: to the hart's own stack, then hart_begin(struct hart *). It does not return.
1:  wfi
    j 1b
