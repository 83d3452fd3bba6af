// Lab 02, the reference: where every hart but the boot hart enters the kernel.
// a0 = hartid, a1 = its struct hart; there is no stack yet.
#define HART_STACK_TOP 8 // hart.h

.section .text
.globl hart_entry
hart_entry:
    ld sp, HART_STACK_TOP(a1)
    mv a0, a1
    li s0, 0 // back traces end here
    li ra, 0
    call hart_begin
    unimp
