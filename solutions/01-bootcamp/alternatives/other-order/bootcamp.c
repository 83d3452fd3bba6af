// Alternative: everything in another order. Harts see to the PLIC before paging, sie is set bit by
// bit and last of all, satp is written with the fence behind it only, and online is a plain store
// behind a FENCE of its own.
#include "bootcamp.h"
#include "mm.h"
#include "plic.h"
#include "riscv.h"
#include "sbi.h"
#include "sched.h"
#include "timer.h"
#include "trap.h"

static volatile bool over;

void bootcamp_tp(struct hart *hart) { __asm__ volatile("addi tp, %0, 0" ::"r"(hart) : "memory"); }

void bootcamp_source(unsigned source) { PLIC_PRIORITY(source) = 7; }

void bootcamp_plic(const struct hart *hart) {
    PLIC_THRESHOLD(hart->plic_context) = 0;
    PLIC_ENABLE(hart->plic_context) = 0xffffffff;
}

void bootcamp_paging(void) {
    uint64_t root = (uintptr_t)kvm_root;
    CSR_WRITE(satp, 8UL << 60 | root >> 12);
    sfence_vma();
}

void bootcamp_traps(void) {
    CSR_WRITE(stvec, 0); // nobody needs it yet
    CSR_CLEAR(sie, ~0UL);
    CSR_WRITE(scounteren, 7);
    CSR_WRITE(sstatus, 0);
    CSR_WRITE(stvec, (uintptr_t)trap_entry);
    CSR_WRITE(sscratch, 0);
    CSR_SET(sie, SIE_SEIE);
    CSR_SET(sie, SIE_SSIE);
    CSR_SET(sie, SIE_STIE);
}

void bootcamp_timer(void) { sbi_set_timer(time_now() + SCHED_QUANTUM / 2); }

void bootcamp_end_meeting(void) {
    over = true;
    for (int i = hart_count; i-- > 0;)
        if (&harts[i] != this_hart())
            hart_interrupt(&harts[i]); // fences first
}

_Noreturn void bootcamp(struct hart *hart) {
    bootcamp_plic(hart);
    bootcamp_paging();
    bootcamp_traps();
    bootcamp_tp(hart);
    __asm__ volatile("fence iorw, iorw" ::: "memory");
    *(volatile bool *)&hart->online = true;
    hart_interrupt(boot_hart);
    for (;;) {
        CSR_CLEAR(sip, SIE_SSIE);
        fence_all();
        if (over)
            break;
        wait_for_interrupt();
    }
    fence_all();
    bootcamp_timer();
    scheduler();
}
