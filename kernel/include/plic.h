// The platform-level interrupt controller (drivers/plic.c).
#pragma once
#include <stdint.h>

#define PLIC_BASE    0x0c000000UL // QEMU virt memory map
#define PLIC_SIZE    0x00600000UL // registers of all contexts (two a hart)
#define PLIC_SOURCES 32u          // sources 1..31 are all that virt's devices use

typedef void irq_handler(void *argument);

// Boot hart, once: every source is silent (priority 0) until irq_connect().
void plic_init(void);

// On each hart, hartid as the device tree names it: lets every connected
// source through to this hart's S-mode context.
void plic_init_hart(uint64_t hartid);

// From now on `source` interrupts the harts and its handler runs, with
// interrupts off, on whichever hart claims it. Before or after plic_init_hart().
void irq_connect(unsigned source, irq_handler *handler, void *argument);

// The trap handler calls this for a supervisor external interrupt: claims,
// handles and completes interrupts until none is pending for this hart.
void plic_interrupt(void);
