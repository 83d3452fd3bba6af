// Alternative: one flag a hart instead of one for all, so that no line of memory is shared; and a hart
// waits by the SBI call for a retentive suspend, which ends as wfi does.
#include "bootcamp.h"
#include "hsm.h"
#include "mm.h"
#include "plic.h"
#include "riscv.h"
#include "sched.h"
#include "timer.h"
#include "trap.h"

static struct {
    _Alignas(64) atomic_bool go;
} flags[NHART];

void bootcamp_tp(struct hart *hart) { __asm__ volatile("mv tp, %0" ::"r"(hart) : "memory"); }

void bootcamp_traps(void) {
    CSR_WRITE(sie, SIE_SSIE | SIE_STIE | SIE_SEIE);
    CSR_WRITE(sstatus, CSR_READ(sstatus) & ~(SSTATUS_SUM | SSTATUS_MXR | SSTATUS_FS | SSTATUS_VS));
    CSR_WRITE(scounteren, SCOUNTEREN_CY | SCOUNTEREN_TM | SCOUNTEREN_IR);
    CSR_WRITE(sscratch, 0);
    CSR_WRITE(stvec, (uintptr_t)trap_entry);
}

void bootcamp_paging(void) {
    sfence_vma();
    CSR_WRITE(satp, SATP_SV39 | (uintptr_t)kvm_root / PAGE_SIZE);
    sfence_vma();
}

void bootcamp_plic(const struct hart *hart) {
    PLIC_ENABLE(hart->plic_context) = ~1u;
    PLIC_THRESHOLD(hart->plic_context) = 0;
}

void bootcamp_source(unsigned source) { PLIC_PRIORITY(source) = 1; }

void bootcamp_timer(void) { sbi_set_timer(time_now() + SCHED_QUANTUM); }

void bootcamp_end_meeting(void) {
    for (int i = 0; i < hart_count; i++)
        atomic_store(&flags[i].go, true);
    for (int i = 0; i < hart_count; i++)
        if (&harts[i] != boot_hart)
            hart_interrupt(&harts[i]);
}

_Noreturn void bootcamp(struct hart *hart) {
    bootcamp_traps();
    bootcamp_paging();
    bootcamp_tp(hart);
    bootcamp_plic(hart);
    atomic_store(&hart->online, true);
    hart_interrupt(boot_hart);
    for (;;) {
        CSR_CLEAR(sip, SIE_SSIE);
        fence_all();
        if (atomic_load(&flags[hart->index].go))
            break;
        if (hart_suspend(HART_SUSPEND_RETENTIVE, 0, 0) != SBI_SUCCESS)
            wait_for_interrupt();
    }
    bootcamp_timer();
    scheduler();
}
