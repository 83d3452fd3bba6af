// Lab 01, the reference: what a hart does between its entry and the dispatcher.
#include "bootcamp.h"
#include "mm.h"
#include "plic.h"
#include "riscv.h"
#include "sbi.h"
#include "sched.h"
#include "timer.h"
#include "trap.h"

static atomic_bool meeting_over;

void bootcamp_tp(struct hart *hart) { __asm__ volatile("mv tp, %0" ::"r"(hart) : "memory"); }

void bootcamp_traps(void) {
    CSR_WRITE(sscratch, 0);
    CSR_WRITE(stvec, (uintptr_t)trap_entry);
    CSR_CLEAR(sstatus, SSTATUS_SUM | SSTATUS_MXR | SSTATUS_FS | SSTATUS_VS);
    CSR_WRITE(scounteren, SCOUNTEREN_CY | SCOUNTEREN_TM | SCOUNTEREN_IR);
    CSR_WRITE(sie, SIE_SSIE | SIE_STIE | SIE_SEIE);
}

void bootcamp_paging(void) {
    sfence_vma(); // the table's stores, before the walks that begin with the write of satp
    CSR_WRITE(satp, SATP_SV39 | (uintptr_t)kvm_root / PAGE_SIZE);
    sfence_vma(); // whatever was cached under the old satp
}

void bootcamp_plic(const struct hart *hart) {
    PLIC_ENABLE(hart->plic_context) = ~1u;  // there is no source 0
    PLIC_THRESHOLD(hart->plic_context) = 0; // masks nothing
}

void bootcamp_source(unsigned source) { PLIC_PRIORITY(source) = 1; }

void bootcamp_timer(void) { sbi_set_timer(time_now() + SCHED_QUANTUM); }

// Stops in wfi until the meeting is over. Interrupts are off, so that they only end wfi. The
// request is cleared before the flag is read: one that comes later is still there at wfi. A CSR
// write is device output to the memory model [Unprivileged, "CSR Access Ordering"]: the fence
// keeps that order.
static void wait_for_end(void) {
    for (;;) {
        CSR_CLEAR(sip, SIE_SSIE);
        fence_all();
        if (atomic_load_explicit(&meeting_over, memory_order_acquire))
            return;
        wait_for_interrupt();
    }
}

void bootcamp_end_meeting(void) {
    atomic_store_explicit(&meeting_over, true, memory_order_release);
    for (int i = 0; i < hart_count; i++)
        if (&harts[i] != boot_hart)
            hart_interrupt(&harts[i]);
}

_Noreturn void bootcamp(struct hart *hart) {
    bootcamp_tp(hart);
    bootcamp_traps();
    bootcamp_paging();
    bootcamp_plic(hart);
    atomic_store_explicit(&hart->online, true, memory_order_release);
    hart_interrupt(boot_hart);
    wait_for_end();
    bootcamp_timer();
    scheduler();
}
