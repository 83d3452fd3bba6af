// The platform-level interrupt controller (drivers/plic.c; each hart's part of it: bootcamp.h).
// "RISC-V Platform-Level Interrupt Controller Specification", version 1.0.0.
#pragma once
#include <stdint.h>

#define PLIC_BASE    0x0c000000UL // QEMU virt memory map
#define PLIC_SIZE    0x00600000UL // registers of all contexts (two a hart)
#define PLIC_SOURCES 32u          // sources 1..31 are all that virt's devices use

// Registers of 32 bits [3, "Memory Map"]. What interrupts a hart in one of its modes is a context;
// struct hart's plic_context is the number of this hart's S-mode.
#define PLIC_PRIORITY(source)   (*(volatile uint32_t *)(PLIC_BASE + 4UL * (source)))
#define PLIC_ENABLE(context)    (*(volatile uint32_t *)(PLIC_BASE + 0x2000 + 0x80UL * (context))) // sources 0-31
#define PLIC_THRESHOLD(context) (*(volatile uint32_t *)(PLIC_BASE + 0x200000 + 0x1000UL * (context)))
#define PLIC_CLAIM(context)     (*(volatile uint32_t *)(PLIC_BASE + 0x200004 + 0x1000UL * (context)))

typedef void irq_handler(void *argument);

// Boot hart, once: every source is silent (priority 0) until irq_connect().
void plic_init(void);

// From now on `source` interrupts the harts and its handler runs, with
// interrupts off, on whichever hart claims it. Before or after a hart's bootcamp_plic().
void irq_connect(unsigned source, irq_handler *handler, void *argument);

// The trap handler calls this for a supervisor external interrupt: claims,
// handles and completes interrupts until none is pending for this hart.
void plic_interrupt(void);
