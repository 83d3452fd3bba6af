// Trap entry and exit. include/trap.h states the sscratch convention and the frame;
// include/hart.h the fields of struct hart that are used here.

#define X(n)       ((n) * 8)(sp)
#define SEPC       (32 * 8)(sp)
#define SSTATUS    (33 * 8)(sp)
#define SCAUSE     (34 * 8)(sp)
#define STVAL      (35 * 8)(sp)
#define FRAME_SIZE 288

#define HART_STACK_BOTTOM  0(tp)
#define HART_STACK_TOP     8(tp)
#define HART_EMERGENCY_TOP 16(tp)
#define HART_SCRATCH       24(tp)
#define HART_OVERFLOW      32(tp)

#define SSTATUS_SPP (1 << 8)

.text

// stvec points here, direct mode. The hardware has turned interrupts off.
.balign 4
.globl trap_entry
trap_entry:
    csrrw sp, sscratch, sp
    beqz sp, .Lfrom_kernel

// From U-mode: sp is the process's frame, at the top of its kernel stack; the user's sp is
// in sscratch, which becomes 0 because this is S-mode now.
    sd tp, X(4)
    sd t0, X(5)
    ld tp, X(0)
    csrrw t0, sscratch, zero
    sd t0, X(2)
    j .Lsave

// From S-mode: sscratch is the interrupted sp; swapping again puts both right. tp is ours.
// A frame that does not fit on the stack in use means that the stack has overflowed (or
// that sp is wild): a store would fault, and come here again, for ever.
.Lfrom_kernel:
    csrrw sp, sscratch, sp
    sd t0, HART_SCRATCH
    addi sp, sp, -FRAME_SIZE
    ld t0, HART_STACK_BOTTOM
    bltu sp, t0, .Loverflow
    ld t0, HART_STACK_TOP
    bgtu sp, t0, .Loverflow
    addi t0, sp, FRAME_SIZE
    j .Lsave_kernel

// Report it from another stack. From now on no stack is too small: a trap during the
// report is a nested panic, which ends.
.Loverflow:
    sd zero, HART_STACK_BOTTOM
    li t0, -1
    sd t0, HART_STACK_TOP
    li t0, 1
    sd t0, HART_OVERFLOW
    addi t0, sp, FRAME_SIZE
    ld sp, HART_EMERGENCY_TOP
    addi sp, sp, -FRAME_SIZE

.Lsave_kernel: // t0 = interrupted sp
    sd t0, X(2)
    ld t0, HART_SCRATCH
    sd t0, X(5)
    sd tp, X(4)

.Lsave:
    sd ra, X(1)
    sd gp, X(3)
    sd t1, X(6)
    sd t2, X(7)
    sd s0, X(8)
    sd s1, X(9)
    sd a0, X(10)
    sd a1, X(11)
    sd a2, X(12)
    sd a3, X(13)
    sd a4, X(14)
    sd a5, X(15)
    sd a6, X(16)
    sd a7, X(17)
    sd s2, X(18)
    sd s3, X(19)
    sd s4, X(20)
    sd s5, X(21)
    sd s6, X(22)
    sd s7, X(23)
    sd s8, X(24)
    sd s9, X(25)
    sd s10, X(26)
    sd s11, X(27)
    sd t3, X(28)
    sd t4, X(29)
    sd t5, X(30)
    sd t6, X(31)
    csrr t0, sepc
    sd t0, SEPC
    csrr t0, sstatus
    sd t0, SSTATUS
    csrr t0, scause
    sd t0, SCAUSE
    csrr t0, stval
    sd t0, STVAL
    mv a0, sp
    call trap
    mv a0, sp

// noreturn trap_return(a0 = frame), interrupts off. Only here does sscratch become
// non-zero, and only on the way to U-mode.
.globl trap_return
trap_return:
    mv sp, a0
    ld t0, SEPC
    csrw sepc, t0
    addi t1, sp, 32 * 8
    sc.d zero, t0, (t1) // no reservation of LR survives a change of thread
    ld t0, SSTATUS
    csrw sstatus, t0
    andi t0, t0, SSTATUS_SPP
    bnez t0, .Lto_kernel
    csrw sscratch, sp
    sd tp, X(0)
    ld tp, X(4)
.Lto_kernel: // the thread may be on another hart than it was: tp stays
    ld ra, X(1)
    ld gp, X(3)
    ld t0, X(5)
    ld t1, X(6)
    ld t2, X(7)
    ld s0, X(8)
    ld s1, X(9)
    ld a0, X(10)
    ld a1, X(11)
    ld a2, X(12)
    ld a3, X(13)
    ld a4, X(14)
    ld a5, X(15)
    ld a6, X(16)
    ld a7, X(17)
    ld s2, X(18)
    ld s3, X(19)
    ld s4, X(20)
    ld s5, X(21)
    ld s6, X(22)
    ld s7, X(23)
    ld s8, X(24)
    ld s9, X(25)
    ld s10, X(26)
    ld s11, X(27)
    ld t3, X(28)
    ld t4, X(29)
    ld t5, X(30)
    ld t6, X(31)
    ld sp, X(2)
    sret
