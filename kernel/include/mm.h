// Memory: physical pages (mm/page.c), address spaces (mm/vm.c), the kernel's own map
// (mm/kvm.c), and copies from and to user memory (mm/copy.c). Sv39.
//
// Virtual addresses, the same for every process:
//
//   0x0000010000 .. 0x000c000000  user: program, then heap
//   0x000c000000 .. 0x0010200000  kernel: PLIC, UART, virtio, where the hardware has them
//   0x007ff00000 .. 0x0080000000  user: stack, at the top
//   0x0080000000 .. end of RAM    kernel: RAM, virtual = physical
//   0x3fc0000000 .. 0x4000000000  kernel: stacks of processes, each above a guard page
//
// The kernel is mapped, without U, in every address space; switching to a process
// changes what lies below 0x80000000 and nothing else.
#pragma once
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_SIZE      4096UL
#define MEGAPAGE_SIZE  (PAGE_SIZE * 512)
#define GIGAPAGE_SIZE  (MEGAPAGE_SIZE * 512)
#define PAGE_DOWN(a)   ((a) & ~(PAGE_SIZE - 1))
#define PAGE_UP(a)     PAGE_DOWN((a) + PAGE_SIZE - 1)

#define USER_START     0x10000UL
#define USER_END       0x0c000000UL
#define DEVICE_START   USER_END
#define DEVICE_END     0x10200000UL
#define USTACK_TOP     0x80000000UL
#define USTACK_BOTTOM  (USTACK_TOP - USTACK_PAGES * PAGE_SIZE)
#define KSTACK_START   0x3fc0000000UL

// Physical pages ---------------------------------------------------------------------

// Boot hart, once: all RAM behind the kernel image except what the device tree reserves.
void page_init(void);
// One page, aligned, contents undefined; its address is physical and virtual. NULL if
// none is left.
void *page_alloc(void);
void *page_alloc_zero(void);
void page_free(void *page);
size_t page_free_count(void);
size_t page_total(void); // free and used, in pages

// Page tables ------------------------------------------------------------------------

typedef uint64_t pte_t;
typedef pte_t *pagetable_t;

enum {
    PTE_V = 1 << 0,
    PTE_R = 1 << 1,
    PTE_W = 1 << 2,
    PTE_X = 1 << 3,
    PTE_U = 1 << 4,
    PTE_G = 1 << 5,
    PTE_A = 1 << 6,
    PTE_D = 1 << 7,
};
#define PTE_PA(pte)    (((pte) >> 10 & 0xfffffffffffUL) << 12)
#define PTE_LEAF(pte)  (((pte) & (PTE_R | PTE_W | PTE_X)) != 0)
#define PTE_OF(pa)     ((uint64_t)(pa) >> 12 << 10)

// The level-0 entry for `va`; NULL if a table on the way is missing and `allocate` is
// false or memory is short.
pte_t *pt_walk(pagetable_t root, uintptr_t va, _Bool allocate);

// The kernel's map -------------------------------------------------------------------

// Boot hart, once, after page_init(): text R-X, constants R--, all else RW-, guard pages
// under the harts' stacks, devices.
void kvm_init(void);
extern pagetable_t kvm_root; // its root table; constant after kvm_init(), before that NULL
// Panics unless this hart translates addresses (bootcamp.h: bootcamp_paging).
void kvm_require_paging(void);
// This hart leaves a process's address space for the kernel's own.
void kvm_activate(void);

// Stack of process slot `slot`: its lowest address, or 0 if memory is short.
uintptr_t kstack_alloc(unsigned slot);
void kstack_free(unsigned slot);

// Address spaces ---------------------------------------------------------------------

// The user half of one; belongs to one process, which alone changes it.
struct vm {
    pagetable_t root; // NULL: none
    uintptr_t heap_start, heap_end; // the break is heap_end
    _Atomic uint64_t icache_stale;  // bit n: hart index n must fence.i before it runs this
};

int vm_create(struct vm *vm);                            // 0 or -ENOMEM
void vm_destroy(struct vm *vm);                          // frees pages and tables; no hart may use it
int vm_copy(struct vm *child, const struct vm *parent);  // a created, empty child: 0 or -ENOMEM

// Maps zeroed pages at [start, end), page-aligned, PTE_R|PTE_W|PTE_X bits as given.
// 0, -ENOMEM (nothing stays mapped), or -EINVAL: not user memory, or mapped already.
int vm_map(struct vm *vm, uintptr_t start, uintptr_t end, int permissions);
void vm_unmap(struct vm *vm, uintptr_t start, uintptr_t end);
// Moves the break as brk(2) does: the new break, or the old one if it cannot.
uintptr_t vm_brk(struct vm *vm, uintptr_t heap_end);

// Kernel address of user address `va` if its page has all of `permissions` (PTE_R …),
// else NULL. Good up to the end of the page.
void *vm_translate(const struct vm *vm, uintptr_t va, int permissions);

// This hart runs in the address space from now on. Interrupts off.
void vm_activate(struct vm *vm);

// User memory ------------------------------------------------------------------------
// Never fault: each page is looked up and its permissions checked first.

int copyin(const struct vm *vm, void *to, uintptr_t from, size_t count);        // 0 or -EFAULT
int copyout(const struct vm *vm, uintptr_t to, const void *from, size_t count); // 0 or -EFAULT
int zeroout(const struct vm *vm, uintptr_t to, size_t count);                   // 0 or -EFAULT
// A NUL-terminated string with its NUL, at most `size` bytes of it.
// Its length without the NUL; -EFAULT, or -ENAMETOOLONG if no NUL is among them.
int64_t copyinstr(const struct vm *vm, char *to, uintptr_t from, size_t size);
