// What the kernel knows of its harts before any of them is brought up.
#include "hart.h"
#include "bootcamp.h"
#include "fdt.h"
#include "mm.h"
#include "printf.h"
#include "riscv.h"
#include "selftest.h"

struct hart harts[NHART];
int hart_count;

// The dispatcher's stack of each hart; mm/kvm.c leaves the guards unmapped.
struct hart_stack hart_stacks[NHART] __attribute__((section(".stacks")));
// A report of a stack overflow needs a stack.
static char emergency_stacks[NHART][PAGE_SIZE] __attribute__((section(".stacks"), aligned(PAGE_SIZE)));

struct hart *boot_hart;

_Static_assert(offsetof(struct hart, stack_top) == 8 && offsetof(struct hart, hartid) == 40 &&
                   sizeof(struct hart) == 256,
               "entry.S, hart_entry.S");
_Static_assert(offsetof(struct hart, online) == 248, "who watches bring-up: labs 01 and 02");

static void hart_init(struct hart *hart, uint64_t hartid, int stack) {
    hart->hartid = hartid;
    hart->own_bottom = hart->stack_bottom = (uintptr_t)hart_stacks[stack].stack;
    hart->own_top = hart->stack_top = hart->own_bottom + sizeof hart_stacks[stack].stack;
    hart->emergency_top = (uintptr_t)emergency_stacks[stack] + sizeof emergency_stacks[stack];
    spinlock_init(&hart->sleepers_lock, "sleepers");
}

// Until the device tree has been read, the boot hart is hart 0 to us.
void hart_init_first(uint64_t hartid) {
    hart_init(&harts[0], hartid, 0);
    bootcamp_tp(&harts[0]);
}

// A hart that does not exist, in its place: as a device tree that is wrong would have it.
static void add_phantom(uint64_t hartid) {
    if (fdt.hart_count == NHART)
        return;
    unsigned i = fdt.hart_count++;
    for (; i > 0 && fdt.hartid[i - 1] > hartid; i--) {
        fdt.hartid[i] = fdt.hartid[i - 1];
        fdt.plic_context[i] = fdt.plic_context[i - 1];
    }
    fdt.hartid[i] = hartid;
    fdt.plic_context[i] = 0;
}

void hart_number(void) {
    uint64_t self = this_hart()->hartid;
    int boot_index = -1;
    uint64_t phantom = bootarg_number("phantom", UINT64_MAX);
    if (phantom != UINT64_MAX)
        add_phantom(phantom);
    hart_count = (int)fdt.hart_count;
    for (int i = 0; i < hart_count; i++)
        if (fdt.hartid[i] == self)
            boot_index = i;
    if (boot_index < 0)
        panic("booted by hart %lu, which is none of the device tree's usable harts", self);

    // The boot hart is on stack 0 whatever its index; who has index 0 gets the one it left.
    for (int i = 0; i < hart_count; i++) {
        if (fdt.plic_context[i] < 0)
            panic("the device tree gives hart %lu no PLIC context", fdt.hartid[i]);
        harts[i].index = i;
        harts[i].plic_context = fdt.plic_context[i];
        hart_init(&harts[i], fdt.hartid[i], i == boot_index ? 0 : i == 0 ? boot_index : i);
    }
    boot_hart = &harts[boot_index];
    bootcamp_tp(boot_hart);
    atomic_store(&harts[boot_index].online, true);
}

void hart_interrupt(struct hart *hart) {
    fence_all(); // what it is to notice must be visible first
    sbi_send_ipi(hart->hartid);
}

_Noreturn void hart_begin(struct hart *hart) {
    selftest_hart(hart);
    bootcamp(hart);
}
