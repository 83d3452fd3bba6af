// Alternative: a hart that is ready spins a little, for the others may be as fast, and then goes to
// sleep with its request cleared just before the look that decides.
#include "bootcamp.h"
#include "mm.h"
#include "plic.h"
#include "riscv.h"
#include "sbi.h"
#include "sched.h"
#include "timer.h"
#include "trap.h"

#define SPINS 100

static atomic_int meeting; // 1: over

void bootcamp_tp(struct hart *hart) { __asm__ volatile("mv tp, %0" ::"r"(hart) : "memory"); }

void bootcamp_traps(void) {
    CSR_WRITE(stvec, (uintptr_t)trap_entry);
    CSR_WRITE(sscratch, 0);
    CSR_CLEAR(sstatus, SSTATUS_SUM | SSTATUS_MXR | SSTATUS_FS | SSTATUS_VS);
    CSR_WRITE(scounteren, SCOUNTEREN_CY | SCOUNTEREN_TM | SCOUNTEREN_IR);
    CSR_WRITE(sie, SIE_SSIE | SIE_STIE | SIE_SEIE);
}

void bootcamp_paging(void) {
    CSR_WRITE(satp, SATP_SV39 | (uintptr_t)kvm_root / PAGE_SIZE);
    sfence_vma();
}

void bootcamp_plic(const struct hart *hart) {
    PLIC_ENABLE(hart->plic_context) = ~1u;
    PLIC_THRESHOLD(hart->plic_context) = 0;
}

void bootcamp_source(unsigned source) { PLIC_PRIORITY(source) = 1; }

void bootcamp_timer(void) { sbi_set_timer(time_now() + SCHED_QUANTUM); }

static bool is_over(void) { return atomic_load_explicit(&meeting, memory_order_acquire) == 1; }

void bootcamp_end_meeting(void) {
    atomic_exchange_explicit(&meeting, 1, memory_order_acq_rel);
    uint64_t self = boot_hart->hartid;
    for (int i = 0; i < hart_count; i++)
        if (harts[i].hartid != self)
            hart_interrupt(&harts[i]);
}

_Noreturn void bootcamp(struct hart *hart) {
    bootcamp_tp(hart);
    bootcamp_traps();
    bootcamp_plic(hart);
    bootcamp_paging();
    __atomic_thread_fence(__ATOMIC_RELEASE);
    atomic_store_explicit(&hart->online, true, memory_order_relaxed);
    hart_interrupt(boot_hart);
    for (int i = 0; i < SPINS && !is_over(); i++)
        spin_hint();
    for (;;) {
        CSR_CLEAR(sip, SIE_SSIE);
        fence_all();
        if (is_over())
            break;
        wait_for_interrupt();
    }
    bootcamp_timer();
    scheduler();
}
