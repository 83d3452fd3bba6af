// Calls into the firmware, and where every hart but the boot hart enters the kernel.
#define EID_HSM         0x48534d
#define HART_START      0
#define HART_STOP       1
#define HART_GET_STATUS 2
#define HART_SUSPEND    3

#define HART_OWN_BOTTOM 232 // hart.h
#define HART_OWN_BYTES  (4 * 4096)

.section .text

// The arguments for a0 to a5 are in a2 to a7. Returns as a struct sbiret is returned: in a0 and a1.
.globl sbi_call
sbi_call:
    mv t0, a0
    mv t1, a1
    mv a0, a2
    mv a1, a3
    mv a2, a4
    mv a3, a5
    mv a4, a6
    mv a5, a7
    mv a6, t1
    mv a7, t0
    ecall
    ret

.globl hart_start
hart_start:
    li a6, HART_START
    j hsm_call

.globl hart_stop
hart_stop:
    li a6, HART_STOP
    j hsm_call

.globl hart_suspend
hart_suspend:
    li a6, HART_SUSPEND
    j hsm_call

hsm_call:
    li a7, EID_HSM
    ecall
    ret

.globl hart_get_status
hart_get_status:
    li a7, EID_HSM
    li a6, HART_GET_STATUS
    ecall
    bnez a0, 1f
    mv a0, a1
1:  ret

.globl hart_entry
hart_entry:
    ld sp, HART_OWN_BOTTOM(a1)
    li t0, HART_OWN_BYTES
    add sp, sp, t0
    mv a0, a1
    li s0, 0
    li ra, 0
    tail hart_begin
