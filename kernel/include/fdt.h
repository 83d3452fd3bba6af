// What the device tree says about this machine (boot/fdt.c), and the command line in it
// (boot/bootargs.c). "Devicetree Specification", release 0.4.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "param.h"

#define FDT_RESERVED_MAX 16
#define BOOTARGS_MAX     256

struct fdt_range {
    uintptr_t start, end; // end is the first byte behind it
};

// Constant after fdt_init().
struct fdt_facts {
    struct fdt_range memory;                     // the RAM the kernel is in
    struct fdt_range reserved[FDT_RESERVED_MAX]; // not ours: firmware, the tree itself, an initrd
    unsigned reserved_count;
    uint64_t timebase;      // ticks of the time CSR in a second
    uint64_t hartid[NHART]; // harts with an MMU and status "okay", in ascending order
    int plic_context[NHART]; // at the PLIC, of each of them in S-mode; -1: none
    unsigned hart_count;
    char bootargs[BOOTARGS_MAX]; // /chosen/bootargs
    struct fdt_range initrd;     // /chosen/linux,initrd-*; empty: none
};
extern struct fdt_facts fdt;

// Boot hart, first of all: reads the tree at physical address `dtb`. Panics if there is
// none, or if it names no memory or no usable hart.
void fdt_init(const void *dtb);

// The value of "name=value" in the boot arguments. False if it is not there (or too long).
bool bootarg(const char *name, char *value, size_t size);
// The same as a number: decimal, or 0x hexadecimal. Panics if it is none.
uint64_t bootarg_number(const char *name, uint64_t otherwise);
