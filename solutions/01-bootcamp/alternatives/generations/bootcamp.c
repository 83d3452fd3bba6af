// Alternative: the meeting as a barrier that could be used again: harts count themselves in, and wait
// for the generation to change. online is published by an exchange, paging comes first of all.
#include "bootcamp.h"
#include "mm.h"
#include "plic.h"
#include "riscv.h"
#include "sbi.h"
#include "sched.h"
#include "timer.h"
#include "trap.h"

static struct {
    atomic_uint generation, arrived;
} barrier;

void bootcamp_tp(struct hart *hart) {
    register struct hart *tp __asm__("tp") = hart;
    __asm__ volatile("" ::"r"(tp) : "memory");
}

static uint64_t exchange_sstatus(uint64_t clear) {
    uint64_t before;
    __asm__ volatile("csrrc %0, sstatus, %1" : "=r"(before) : "r"(clear) : "memory");
    return before;
}

void bootcamp_traps(void) {
    exchange_sstatus(SSTATUS_SUM | SSTATUS_MXR | SSTATUS_FS | SSTATUS_VS | SSTATUS_SIE);
    CSR_WRITE(scounteren, SCOUNTEREN_CY | SCOUNTEREN_TM | SCOUNTEREN_IR);
    CSR_WRITE(sie, SIE_SSIE | SIE_STIE | SIE_SEIE);
    CSR_WRITE(sscratch, 0);
    CSR_WRITE(stvec, (uintptr_t)trap_entry);
}

void bootcamp_paging(void) {
    atomic_thread_fence(memory_order_seq_cst);
    sfence_vma();
    CSR_WRITE(satp, SATP_SV39 | (uintptr_t)kvm_root / PAGE_SIZE);
    sfence_vma();
    fence_i();
}

void bootcamp_plic(const struct hart *hart) {
    int context = hart->plic_context;
    PLIC_THRESHOLD(context) = 7; // quiet while it is set up
    PLIC_ENABLE(context) = 0;
    PLIC_ENABLE(context) = ~0u << 1;
    PLIC_THRESHOLD(context) = 0;
}

void bootcamp_source(unsigned source) { PLIC_PRIORITY(source) = 1; }

void bootcamp_timer(void) {
    sbi_set_timer(UINT64_MAX);
    sbi_set_timer(time_now() + SCHED_QUANTUM);
}

static void sleep_while(unsigned generation) {
    while (atomic_load(&barrier.generation) == generation) {
        wait_for_interrupt();
        CSR_CLEAR(sip, SIE_SSIE);
        fence_all();
    }
}

void bootcamp_end_meeting(void) {
    atomic_fetch_add(&barrier.generation, 1);
    for (struct hart *hart = harts; hart < harts + hart_count; hart++)
        if (hart != boot_hart)
            hart_interrupt(hart);
}

_Noreturn void bootcamp(struct hart *hart) {
    bootcamp_paging();
    bootcamp_tp(hart);
    bootcamp_plic(hart);
    bootcamp_traps();
    atomic_fetch_add(&barrier.arrived, 1);
    atomic_exchange_explicit(&hart->online, true, memory_order_seq_cst);
    hart_interrupt(boot_hart);
    sleep_while(0);
    bootcamp_timer();
    scheduler();
}
