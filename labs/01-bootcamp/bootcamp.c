// Bringing up harts: lab 01, yours to write.
//
// kernel/include/bootcamp.h is the contract: who calls each function when and, at its end, the
// rules by number. The handout explains why they are what they are.
//
// This stub boots one hart, untranslated and deaf, as far as that goes: to the first process,
// whose kernel stack exists in the kernel's page table only.
#include "bootcamp.h"
#include "mm.h"
#include "plic.h"
#include "printf.h"
#include "riscv.h"
#include "sbi.h"
#include "sched.h"
#include "timer.h"
#include "trap.h"

// Rule 1. The only one that is done: a register is written like this.
void bootcamp_tp(struct hart *hart) { __asm__ volatile("mv tp, %0" ::"r"(hart) : "memory"); }

void bootcamp_traps(void) {
    printf("bootcamp_traps() is empty: a trap would go wherever stvec points\n");
    // TODO: stvec, sscratch, sstatus, scounteren, sie; rule 2. riscv.h has CSR_WRITE and the
    // names of the bits, trap.h has trap_entry.
}

void bootcamp_paging(void) {
    printf("bootcamp_paging() is empty: this hart does not translate\n");
    // TODO: satp, then what must follow it; rule 4. mm.h has kvm_root.
}

void bootcamp_plic(const struct hart *hart) {
    (void)hart;
    printf("bootcamp_plic() is empty: no device interrupts this hart\n");
    // TODO: enables and threshold of this hart's context; rule 5. plic.h has the registers.
}

void bootcamp_source(unsigned source) {
    (void)source;
    // TODO: its priority; rule 5.
}

void bootcamp_timer(void) {
    // TODO: sbi_set_timer, within a quantum from now; rule 8. timer.h has time_now().
}

void bootcamp_end_meeting(void) {
    // TODO: lets the other harts go, which wait in bootcamp(); rule 7.
}

// Every hart but the boot hart.
_Noreturn void bootcamp(struct hart *hart) {
    bootcamp_tp(hart);
    // TODO: everything else that the boot hart does in kernel/boot/main.c by the functions above;
    // then online, for others to see, and an interrupt to boot_hart; rule 6.
    // TODO: wait until bootcamp_end_meeting(); rule 7.
    // TODO: the first timer, and scheduler().
    for (;;)
        wait_for_interrupt();
}
