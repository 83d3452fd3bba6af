// The kernel's own map: W^X, everything at its physical address except the processes'
// kernel stacks. Every address space shares its tables (mm/vm.c).
#include "fdt.h"
#include "hart.h"
#include "image.h"
#include "mm.h"
#include "printf.h"
#include "riscv.h"
#include "string.h"

pagetable_t kvm_root;

#define KERNEL_BITS (PTE_V | PTE_A | PTE_D | PTE_G)

static void *table_alloc(void) {
    void *table = page_alloc_zero();
    if (!table)
        panic("no memory for the kernel's page table");
    return table;
}

static void map_page(uintptr_t va, uintptr_t pa, int permissions) {
    pte_t *pte = pt_walk(kvm_root, va, true);
    if (!pte)
        panic("no memory for the kernel's page table");
    *pte = PTE_OF(pa) | (pte_t)permissions | KERNEL_BITS;
}

static void map_megapage(uintptr_t pa, int permissions) {
    pte_t *root_entry = &kvm_root[pa / GIGAPAGE_SIZE];
    if (!*root_entry)
        *root_entry = PTE_OF(table_alloc()) | PTE_V;
    pagetable_t table = (pagetable_t)PTE_PA(*root_entry);
    table[pa / MEGAPAGE_SIZE % 512] = PTE_OF(pa) | (pte_t)permissions | KERNEL_BITS;
}

// Identity, with megapages where they fit.
static void map_range(uintptr_t start, uintptr_t end, int permissions) {
    for (uintptr_t pa = start; pa < end;) {
        if (pa % MEGAPAGE_SIZE == 0 && end - pa >= MEGAPAGE_SIZE) {
            map_megapage(pa, permissions);
            pa += MEGAPAGE_SIZE;
        } else {
            map_page(pa, pa, permissions);
            pa += PAGE_SIZE;
        }
    }
}

static uintptr_t kstack_address(unsigned slot) {
    return KSTACK_START + (slot * (KSTACK_PAGES + 1UL) + 1) * PAGE_SIZE;
}

void kvm_init(void) {
    kvm_root = table_alloc();
    map_range(DEVICE_START, DEVICE_END, PTE_R | PTE_W);
    map_range((uintptr_t)text_start, (uintptr_t)text_end, PTE_R | PTE_X);
    map_range((uintptr_t)rodata_start, (uintptr_t)rodata_end, PTE_R);
    map_range((uintptr_t)data_start, (uintptr_t)data_end, PTE_R | PTE_W);
    for (uintptr_t page = (uintptr_t)stacks_start; page < (uintptr_t)stacks_end; page += PAGE_SIZE)
        map_page(page, page, PTE_R | PTE_W);
    for (int i = 0; i < NHART; i++) // guard pages
        *pt_walk(kvm_root, (uintptr_t)hart_stacks[i].guard, false) = 0;
    map_range((uintptr_t)image_end, PAGE_DOWN(fdt.memory.end), PTE_R | PTE_W);

    // The tables for kernel stacks exist from the start: address spaces copy the root
    // entry, and two harts may map stacks at the same time.
    for (unsigned slot = 0; slot < NPROC; slot++)
        for (unsigned i = 0; i < KSTACK_PAGES; i++)
            if (!pt_walk(kvm_root, kstack_address(slot) + i * PAGE_SIZE, true))
                panic("no memory for the kernel's page table");
}

void kvm_require_paging(void) {
    if (CSR_READ(satp) >> SATP_MODE_SHIFT != SATP_MODE_SV39)
        panic("hart %lu has no paging: its satp is 0x%lx", this_hart()->hartid, CSR_READ(satp));
}

void kvm_activate(void) {
    kvm_require_paging();
    CSR_WRITE(satp, SATP_SV39 | (uintptr_t)kvm_root / PAGE_SIZE);
    sfence_vma();
}

// A slot's stack is mapped while it has a process. No other hart needs to be told: each
// fences when it begins to run a process (vm_activate), and only that process uses it.

uintptr_t kstack_alloc(unsigned slot) {
    kvm_require_paging(); // untranslated, there is nothing at that address
    uintptr_t stack = kstack_address(slot);
    for (unsigned i = 0; i < KSTACK_PAGES; i++) {
        void *page = page_alloc();
        if (!page) {
            kstack_free(slot);
            return 0;
        }
        map_page(stack + i * PAGE_SIZE, (uintptr_t)page, PTE_R | PTE_W);
    }
    sfence_vma(); // its maker writes to it
    return stack;
}

void kstack_free(unsigned slot) {
    for (unsigned i = 0; i < KSTACK_PAGES; i++) {
        pte_t *pte = pt_walk(kvm_root, kstack_address(slot) + i * PAGE_SIZE, false);
        if (*pte & PTE_V) // else memory was short
            page_free((void *)PTE_PA(*pte));
        *pte = 0;
    }
    sfence_vma();
}
