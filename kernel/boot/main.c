// The boot hart's way from the firmware to the dispatcher.
#include "blk.h"
#include "bootcamp.h"
#include "fdt.h"
#include "file.h"
#include "fs.h"
#include "hart.h"
#include "hsm.h"
#include "mm.h"
#include "plic.h"
#include "printf.h"
#include "proc.h"
#include "sched.h"
#include "selftest.h"
#include "uart.h"
#include "virtio.h"

static void banner(void);

_Noreturn void main(uint64_t hartid, const void *dtb) {
    hart_init_first(hartid);    // tp: this hart
    bootcamp_traps();           // stvec, sscratch, sstatus, sie
    fdt_init(dtb);              // memory, harts, boot arguments
    hart_number();              // the harts' indices
    page_init();                // physical page allocator
    kvm_init();                 // the kernel's page table
    bootcamp_paging();          // satp, sfence.vma
    plic_init();                // interrupt controller
    bootcamp_plic(this_hart()); // its context of this hart
    uart_init();                // serial port
    printf_to(uart_putc);       // no more SBI console
    sched_init();               // scheduling policy
    proc_init();                // process table
    blk_cache_init();           // block cache
    virtio_blk_init();          // disk
    file_table_init();          // open files
    fs_init();                  // file systems
    proc_make_first();          // process 1: mounts the root, becomes /bin/init
    selftest(BEFORE_START);     // if the boot arguments ask for it
    start_harts();              // HSM, bootcamp
    selftest(AFTER_START);
    banner();
    bootcamp_end_meeting(); // all harts go
    bootcamp_timer();       // this hart's first timer interrupt
    scheduler();
}

static void banner(void) {
    int online = 0;
    for (int i = 0; i < hart_count; i++)
        online += atomic_load(&harts[i].online);
    printf("HartLab kernel: %d hart%s online (", online, online == 1 ? "" : "s");
    const char *separator = "";
    for (int i = 0; i < hart_count; i++)
        if (atomic_load(&harts[i].online)) {
            printf("%s%lu", separator, harts[i].hartid);
            separator = " ";
        }
    size_t free = page_free_count() * PAGE_SIZE >> 10;
    size_t all = (fdt.memory.end - fdt.memory.start) >> 10;
    printf("; booted by %lu), %zu of %zu KiB of memory free, policy %s\n", this_hart()->hartid, free, all,
           sched_policy_name());
}
