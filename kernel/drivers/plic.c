// Platform-level interrupt controller. "RISC-V Platform-Level Interrupt Controller
// Specification", version 1.0.0; section numbers are its.
#include "plic.h"
#include "bootcamp.h"
#include "hart.h"
#include "riscv.h"

// Written by irq_connect() before the source can interrupt, then only read.
static struct {
    irq_handler *handler;
    void *argument;
} connected[PLIC_SOURCES];

void plic_init(void) {
    for (unsigned source = 1; source < PLIC_SOURCES; source++)
        PLIC_PRIORITY(source) = 0; // never interrupts [4]
}

void irq_connect(unsigned source, irq_handler *handler, void *argument) {
    connected[source].handler = handler;
    connected[source].argument = argument;
    fence_all(); // another hart may claim as soon as it has a priority
    bootcamp_source(source);
}

void plic_interrupt(void) {
    int context = this_hart()->plic_context;
    uint32_t source;
    // Several harts take the same interrupt; one claims it, the others read 0 [8].
    while ((source = PLIC_CLAIM(context)) != 0) {
        if (source < PLIC_SOURCES && connected[source].handler)
            connected[source].handler(connected[source].argument);
        PLIC_CLAIM(context) = source; // complete [9]
    }
}
