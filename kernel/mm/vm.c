// User address spaces: Sv39 page tables whose kernel part is shared.
// Privileged architecture, "Sv39: Page-Based 39-bit Virtual-Memory System".
#include "mm.h"
#include <stdbool.h>
#include "errno.h"
#include "hart.h"
#include "param.h"
#include "riscv.h"
#include "string.h"

#define INDEX(va, level) ((va) >> (12 + 9 * (level)) & 511)
#define USER_ROOTS       2 // root[0] and root[1]: below 2 GiB
#define FIRST_DEVICE     (DEVICE_START / MEGAPAGE_SIZE) // in root[0]'s table, shared
#define LAST_DEVICE      (DEVICE_END / MEGAPAGE_SIZE - 1)

pte_t *pt_walk(pagetable_t root, uintptr_t va, bool allocate) {
    pagetable_t table = root;
    for (int level = 2; level > 0; level--) {
        pte_t *pte = &table[INDEX(va, level)];
        if (!(*pte & PTE_V)) {
            void *page = allocate ? page_alloc_zero() : NULL;
            if (!page)
                return NULL;
            *pte = PTE_OF(page) | PTE_V;
        }
        table = (pagetable_t)PTE_PA(*pte);
    }
    return &table[INDEX(va, 0)];
}

static bool is_user_range(uintptr_t start, uintptr_t end) {
    return start <= end && ((start >= USER_START && end <= USER_END) || (start >= USTACK_BOTTOM && end <= USTACK_TOP));
}

int vm_create(struct vm *vm) {
    pagetable_t root = page_alloc_zero(), first = page_alloc_zero();
    if (!root || !first) {
        if (root)
            page_free(root);
        if (first)
            page_free(first);
        return -ENOMEM;
    }
    for (int i = USER_ROOTS; i < 512; i++)
        root[i] = kvm_root[i];
    pagetable_t kernel_first = (pagetable_t)PTE_PA(kvm_root[0]);
    for (size_t i = FIRST_DEVICE; i <= LAST_DEVICE; i++)
        first[i] = kernel_first[i];
    root[0] = PTE_OF(first) | PTE_V;
    *vm = (struct vm){.root = root, .heap_start = USER_START, .heap_end = USER_START, .icache_stale = ~0UL};
    return 0;
}

// Calls visit for every mapped user page, then done (if any) for every table they are in.
// Stops when visit returns an error.
static int for_user_pages(pagetable_t root, int (*visit)(uintptr_t va, pte_t *pte, void *context), void *context,
                          bool free_tables) {
    for (uintptr_t i = 0; i < USER_ROOTS; i++) {
        if (!root[i])
            continue;
        pagetable_t middle = (pagetable_t)PTE_PA(root[i]);
        for (uintptr_t j = 0; j < 512; j++) {
            if (!middle[j] || PTE_LEAF(middle[j]))
                continue; // a leaf here is the kernel's device megapage
            pagetable_t leaf = (pagetable_t)PTE_PA(middle[j]);
            for (uintptr_t k = 0; k < 512; k++) {
                if (!(leaf[k] & PTE_V))
                    continue;
                int error = visit(i * GIGAPAGE_SIZE + j * MEGAPAGE_SIZE + k * PAGE_SIZE, &leaf[k], context);
                if (error)
                    return error;
            }
            if (free_tables)
                page_free(leaf);
        }
        if (free_tables)
            page_free(middle);
    }
    return 0;
}

static int free_page(uintptr_t va, pte_t *pte, void *context) {
    (void)va, (void)context;
    page_free((void *)PTE_PA(*pte));
    return 0;
}

void vm_destroy(struct vm *vm) {
    for_user_pages(vm->root, free_page, NULL, true);
    page_free(vm->root);
    vm->root = NULL;
}

static int copy_page(uintptr_t va, pte_t *pte, void *child_root) {
    pte_t *copy = pt_walk(child_root, va, true);
    void *page = copy ? page_alloc() : NULL;
    if (!page)
        return -ENOMEM;
    memcpy(page, (void *)PTE_PA(*pte), PAGE_SIZE);
    *copy = PTE_OF(page) | (*pte & 0x3ff);
    return 0;
}

int vm_copy(struct vm *child, const struct vm *parent) {
    child->heap_start = parent->heap_start;
    child->heap_end = parent->heap_end;
    return for_user_pages(parent->root, copy_page, child->root, false);
}

int vm_map(struct vm *vm, uintptr_t start, uintptr_t end, int permissions) {
    if (!is_user_range(start, end))
        return -EINVAL;
    for (uintptr_t va = start; va < end; va += PAGE_SIZE) {
        pte_t *pte = pt_walk(vm->root, va, true);
        int error = !pte ? -ENOMEM : (*pte & PTE_V) ? -EINVAL : 0;
        void *page = error ? NULL : page_alloc_zero();
        if (!page) {
            vm_unmap(vm, start, va);
            return error ? error : -ENOMEM;
        }
        // A and D set: no hart is asked to set them, no trap comes because they are clear.
        *pte = PTE_OF(page) | (pte_t)permissions | PTE_U | PTE_A | PTE_D | PTE_V;
    }
    return 0;
}

void vm_unmap(struct vm *vm, uintptr_t start, uintptr_t end) {
    for (uintptr_t va = start; va < end; va += PAGE_SIZE) {
        pte_t *pte = pt_walk(vm->root, va, false);
        if (pte && (*pte & PTE_V)) {
            page_free((void *)PTE_PA(*pte));
            *pte = 0;
        }
    }
    sfence_vma();
}

uintptr_t vm_brk(struct vm *vm, uintptr_t heap_end) {
    if (heap_end < vm->heap_start || heap_end > USER_END)
        return vm->heap_end;
    uintptr_t mapped = PAGE_UP(vm->heap_end), wanted = PAGE_UP(heap_end);
    if (wanted > mapped && vm_map(vm, mapped, wanted, PTE_R | PTE_W) != 0)
        return vm->heap_end;
    if (wanted < mapped)
        vm_unmap(vm, wanted, mapped);
    sfence_vma();
    return vm->heap_end = heap_end;
}

void *vm_translate(const struct vm *vm, uintptr_t va, int permissions) {
    if (!is_user_range(va, va))
        return NULL;
    const pte_t *pte = pt_walk(vm->root, va, false);
    pte_t needed = PTE_V | PTE_U | (pte_t)permissions;
    if (!pte || (*pte & needed) != needed)
        return NULL;
    return (void *)(PTE_PA(*pte) + va % PAGE_SIZE);
}

void vm_activate(struct vm *vm) {
    if (!vm->root) { // a process that has begun to exit
        kvm_activate();
        return;
    }
    CSR_WRITE(satp, SATP_SV39 | (uintptr_t)vm->root / PAGE_SIZE);
    sfence_vma(); // no ASIDs: what another address space left in the TLB must go
    uint64_t self = 1UL << this_hart()->index;
    if (atomic_load_explicit(&vm->icache_stale, memory_order_relaxed) & self) {
        atomic_fetch_and_explicit(&vm->icache_stale, ~self, memory_order_relaxed);
        fence_i(); // its program was stored by whichever hart loaded it
    }
}
