// Alternative: trusts nobody. stvec comes first of all, and sie and the PLIC are shut until everything
// else is done; sources are enabled one by one, and those that virt does not have are shut; satp is
// read back; online is set by LR and SC with rl; a timer ends a wait that nobody else ends, and the
// interrupts that end the meeting go out in one call.
#include "bootcamp.h"
#include "mm.h"
#include "plic.h"
#include "printf.h"
#include "riscv.h"
#include "sbi.h"
#include "sched.h"
#include "timer.h"
#include "trap.h"

#define PATIENCE (3 * SCHED_QUANTUM)

static struct spinlock lock = SPINLOCK("meeting");
static bool over; // under the lock

void bootcamp_tp(struct hart *hart) { __asm__ volatile("mv tp, %0" ::"r"(hart) : "memory"); }

void bootcamp_traps(void) {
    CSR_WRITE(stvec, (uintptr_t)trap_entry);
    CSR_WRITE(sie, 0);
    CSR_WRITE(sscratch, 0);
    CSR_CLEAR(sstatus, SSTATUS_SIE);
    CSR_CLEAR(sstatus, SSTATUS_SUM | SSTATUS_MXR);
    CSR_CLEAR(sstatus, SSTATUS_FS | SSTATUS_VS);
    CSR_SET(scounteren, SCOUNTEREN_CY | SCOUNTEREN_TM | SCOUNTEREN_IR);
    CSR_CLEAR(sip, SIE_SSIE);
    CSR_WRITE(sie, SIE_SSIE | SIE_STIE | SIE_SEIE);
}

void bootcamp_paging(void) {
    uint64_t satp = SATP_SV39 | (uintptr_t)kvm_root / PAGE_SIZE;
    fence_all();
    __asm__ volatile("sfence.vma zero, %0" ::"r"(0UL) : "memory"); // this one alone would not do
    CSR_SET(satp, satp);                                           // it was 0
    sfence_vma();
    if (CSR_READ(satp) != satp)
        panic("this hart has no Sv39");
}

void bootcamp_plic(const struct hart *hart) {
    volatile uint32_t *enable = &PLIC_ENABLE(hart->plic_context);
    PLIC_THRESHOLD(hart->plic_context) = 7;
    enable[0] = 0;
    enable[1] = 0;
    enable[2] = 0;
    for (unsigned source = 1; source < PLIC_SOURCES; source++)
        enable[0] |= 1u << source;
    PLIC_THRESHOLD(hart->plic_context) = 0;
}

void bootcamp_source(unsigned source) {
    PLIC_PRIORITY(source) = 0;
    PLIC_PRIORITY(source) = 3;
}

void bootcamp_timer(void) { sbi_set_timer(time_now() + SCHED_QUANTUM); }

static void send_ipi(uint64_t mask, uint64_t base) { // SBI 2.0, chapter 7
    register uint64_t a0 __asm__("a0") = mask;
    register uint64_t a1 __asm__("a1") = base;
    register uint64_t a6 __asm__("a6") = 0;
    register uint64_t a7 __asm__("a7") = 0x735049;
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a6), "r"(a7) : "memory");
}

static bool is_over(void) {
    acquire(&lock);
    bool answer = over;
    release(&lock);
    return answer;
}

void bootcamp_end_meeting(void) {
    acquire(&lock);
    over = true;
    release(&lock);
    send_ipi(0, -1UL); // all, this hart as well
}

static void set_online(struct hart *hart) {
    uint32_t failed;
    do
        __asm__ volatile("lr.w t0, (%1)\n\t"
                         "sc.w.rl %0, %2, (%1)"
                         : "=&r"(failed)
                         : "r"(&hart->online), "r"(1)
                         : "t0", "memory");
    while (failed);
}

_Noreturn void bootcamp(struct hart *hart) {
    CSR_WRITE(stvec, (uintptr_t)trap_entry);
    bootcamp_tp(hart);
    bootcamp_paging();
    bootcamp_traps();
    bootcamp_plic(hart);
    set_online(hart);
    hart_interrupt(boot_hart);
    for (;;) {
        CSR_CLEAR(sip, SIE_SSIE);
        fence_all();
        if (is_over())
            break;
        sbi_set_timer(time_now() + PATIENCE); // whoever ends the meeting may forget this hart
        wait_for_interrupt();
    }
    bootcamp_timer();
    scheduler();
}
