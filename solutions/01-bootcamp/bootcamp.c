// Lab 01, the reference: what a hart does between its entry and the dispatcher.
#include "bootcamp.h"
#include "mm.h"
#include "plic.h"
#include "riscv.h"
#include "sbi.h"
#include "sched.h"
#include "trap.h"

static atomic_bool meeting_over;

void bootcamp_tp(struct hart *hart) { __asm__ volatile("mv tp, %0" ::"r"(hart) : "memory"); }

// Stops in wfi until the meeting is over. Interrupts are off, so that they only end wfi. The
// request is cleared before the flag is read: one that comes later is still there at wfi.
static void wait_for_end(void) {
    for (;;) {
        CSR_CLEAR(sip, SIE_SSIE);
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
    bootcamp_tp(hart);            // tp
    kvm_activate();               // satp, sfence.vma
    trap_init_hart();             // stvec, sie
    plic_init_hart(hart->hartid); // threshold, enables
    atomic_store_explicit(&hart->online, true, memory_order_release);
    hart_interrupt(boot_hart);
    wait_for_end();
    scheduler();
}
