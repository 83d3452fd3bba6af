// Bring-up of harts: the boot hart starts the others by HSM, each goes through its
// bootcamp, all meet, and all schedule.
#include "hart.h"
#include "fdt.h"
#include "mm.h"
#include "plic.h"
#include "printf.h"
#include "riscv.h"
#include "sbi.h"
#include "sched.h"
#include "timer.h"
#include "trap.h"

#define ONLINE_SECONDS 2 // for a hart between HSM start and the end of its bootcamp

struct hart harts[NHART];
int hart_count;

// The dispatcher's stack of each hart; mm/kvm.c leaves the guards unmapped.
struct hart_stack hart_stacks[NHART] __attribute__((section(".stacks")));
// A report of a stack overflow needs a stack.
static char emergency_stacks[NHART][PAGE_SIZE] __attribute__((section(".stacks"), aligned(PAGE_SIZE)));

static struct hart *boot_hart;
static atomic_bool meeting_over;

void _entry_hart(void);
_Static_assert(offsetof(struct hart, hartid) == 40 && sizeof(struct hart) == 256, "entry.S");

static void hart_init(struct hart *hart, uint64_t hartid, int stack) {
    hart->hartid = hartid;
    hart->own_bottom = hart->stack_bottom = (uintptr_t)hart_stacks[stack].stack;
    hart->own_top = hart->stack_top = hart->own_bottom + sizeof hart_stacks[stack].stack;
    hart->emergency_top = (uintptr_t)emergency_stacks[stack] + sizeof emergency_stacks[stack];
    spinlock_init(&hart->sleepers_lock, "sleepers");
}

static void become(struct hart *hart) { __asm__ volatile("mv tp, %0" ::"r"(hart) : "memory"); }

// Until the device tree has been read, the boot hart is hart 0 to us.
void hart_init_first(uint64_t hartid) {
    hart_init(&harts[0], hartid, 0);
    become(&harts[0]);
}

void hart_number(void) {
    uint64_t self = this_hart()->hartid;
    int boot_index = -1;
    hart_count = (int)fdt.hart_count;
    for (int i = 0; i < hart_count; i++)
        if (fdt.hartid[i] == self)
            boot_index = i;
    if (boot_index < 0)
        panic("booted by hart %lu, which is none of the device tree's usable harts", self);

    // The boot hart is on stack 0 whatever its index; who has index 0 gets the one it left.
    for (int i = 0; i < hart_count; i++) {
        harts[i].index = i;
        hart_init(&harts[i], fdt.hartid[i], i == boot_index ? 0 : i == 0 ? boot_index : i);
    }
    boot_hart = &harts[boot_index];
    become(boot_hart);
    atomic_store(&harts[boot_index].online, true);
}

// Stops in wfi until `flag` is set and this hart interrupted, or the timer, set for
// `deadline`, ends it: then false. Interrupts are off, so they only end wfi. The request is
// cleared before the flag is read: one that comes later is still there at wfi.
static bool wait_for(atomic_bool *flag, uint64_t deadline) {
    for (;;) {
        CSR_CLEAR(sip, SIE_SSIE);
        if (atomic_load_explicit(flag, memory_order_acquire))
            return true;
        if (time_now() >= deadline)
            return false;
        wait_for_interrupt();
    }
}

static void start_hart(struct hart *hart) {
    struct sbiret ret = sbi_hart_start(hart->hartid, (uintptr_t)_entry_hart, (uintptr_t)hart);
    if (ret.error != SBI_SUCCESS)
        panic("hart %lu does not start: %s", hart->hartid, sbi_error_name(ret.error));
}

void start_harts(void) {
    for (int i = 0; i < hart_count; i++)
        if (&harts[i] != this_hart())
            start_hart(&harts[i]);

    uint64_t deadline = time_now() + ONLINE_SECONDS * fdt.timebase;
    sbi_set_timer(deadline);
    for (int i = 0; i < hart_count; i++)
        if (!wait_for(&harts[i].online, deadline))
            panic("hart %lu was started but does not come online", harts[i].hartid);
}

void end_meeting(void) {
    atomic_store_explicit(&meeting_over, true, memory_order_release);
    for (int i = 0; i < hart_count; i++)
        if (&harts[i] != boot_hart)
            hart_interrupt(&harts[i]);
}

_Noreturn void hart_bootcamp(struct hart *hart) {
    become(hart);                 // tp
    kvm_activate();               // satp, sfence.vma
    trap_init_hart();             // stvec, sie
    plic_init_hart(hart->hartid); // threshold, enables
    atomic_store_explicit(&hart->online, true, memory_order_release);
    hart_interrupt(boot_hart);
    wait_for(&meeting_over, UINT64_MAX);
    scheduler();
}

void hart_interrupt(struct hart *hart) {
    fence_all(); // what it is to notice must be visible first
    sbi_send_ipi(hart->hartid);
}
