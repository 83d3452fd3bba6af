// Alternative: in assembly, the part that C has nothing to say about. One macro does all CSRs of a
// hart; online is published by amoor.w.rl, and the flag is read by lr.w.aq.
#include "bootcamp.h"
#include "mm.h"
#include "plic.h"
#include "riscv.h"
#include "sbi.h"
#include "sched.h"
#include "timer.h"
#include "trap.h"

uint32_t bootcamp_over;
_Noreturn void bootcamp_go_on(void);
void bootcamp_wait(struct hart *hart);

__asm__(".text\n"
        ".globl bootcamp_tp\n"
        "bootcamp_tp:\n"
        "    mv tp, a0\n"
        "    ret\n"

        ".globl bootcamp_traps\n"
        "bootcamp_traps:\n"
        "    la t0, trap_entry\n"
        "    csrw stvec, t0\n"
        "    csrw sscratch, zero\n"
        "    li t0, 0xc6600\n" // MXR, SUM, FS, VS
        "    csrc sstatus, t0\n"
        "    csrwi scounteren, 7\n"
        "    li t0, 0x222\n" // SEIE, STIE, SSIE
        "    csrw sie, t0\n"
        "    ret\n"

        ".globl bootcamp_paging\n"
        "bootcamp_paging:\n"
        "    la t0, kvm_root\n"
        "    ld t0, 0(t0)\n"
        "    srli t0, t0, 12\n"
        "    li t1, 8\n"
        "    slli t1, t1, 60\n"
        "    or t0, t0, t1\n"
        "    sfence.vma\n"
        "    csrw satp, t0\n"
        "    sfence.vma\n"
        "    ret\n"

        ".globl bootcamp\n"
        "bootcamp:\n"
        "    mv s1, a0\n"
        "    mv tp, a0\n"
        "    call bootcamp_paging\n"
        "    call bootcamp_traps\n"
        "    mv a0, s1\n"
        "    call bootcamp_plic\n"
        "    li t0, 1\n"
        "    addi t1, s1, 248\n" // online
        "    amoor.w.rl zero, t0, (t1)\n"
        "    la a0, boot_hart\n"
        "    ld a0, 0(a0)\n"
        "    call hart_interrupt\n"
        "1:  csrci sip, 2\n"
        "    fence\n"
        "    la t0, bootcamp_over\n"
        "    lr.w.aq t0, (t0)\n"
        "    bnez t0, 2f\n"
        "    wfi\n"
        "    j 1b\n"
        "2:  call bootcamp_timer\n"
        "    call scheduler\n"
        "    unimp\n");

_Static_assert(offsetof(struct hart, online) == 248, "above");

void bootcamp_plic(const struct hart *hart) {
    PLIC_ENABLE(hart->plic_context) = 0xfffffffe;
    PLIC_THRESHOLD(hart->plic_context) = 0;
}

void bootcamp_source(unsigned source) { PLIC_PRIORITY(source) = 2; }

void bootcamp_timer(void) { sbi_set_timer(time_now() + SCHED_QUANTUM - 1); }

void bootcamp_end_meeting(void) {
    __atomic_fetch_or(&bootcamp_over, 1, __ATOMIC_ACQ_REL);
    for (int i = 0; i < hart_count; i++)
        if (i != boot_hart->index)
            sbi_send_ipi(harts[i].hartid);
}
