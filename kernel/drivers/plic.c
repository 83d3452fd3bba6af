// Platform-level interrupt controller. "RISC-V Platform-Level Interrupt Controller
// Specification", version 1.0.0; section numbers are its.
#include "plic.h"
#include "hart.h"

// Memory map [3].
#define PRIORITY(source)   (*(volatile uint32_t *)(PLIC_BASE + 4 * (source)))
#define ENABLE(context)    (*(volatile uint32_t *)(PLIC_BASE + 0x2000 + 0x80 * (context))) // sources 0-31
#define THRESHOLD(context) (*(volatile uint32_t *)(PLIC_BASE + 0x200000 + 0x1000 * (context)))
#define CLAIM(context)     (*(volatile uint32_t *)(PLIC_BASE + 0x200004 + 0x1000 * (context)))

// Written by irq_connect() before the source can interrupt, then only read.
static struct {
    irq_handler *handler;
    void *argument;
} connected[PLIC_SOURCES];

// Each hart has two contexts, M-mode's then S-mode's, in the order of hart ids.
static uint64_t s_context(uint64_t hartid) { return 2 * hartid + 1; }

void plic_init(void) {
    for (unsigned source = 1; source < PLIC_SOURCES; source++)
        PRIORITY(source) = 0; // never interrupts [4]
}

void plic_init_hart(uint64_t hartid) {
    uint64_t context = s_context(hartid);
    ENABLE(context) = ~1u;  // all sources; a source without priority stays silent [6]
    THRESHOLD(context) = 0; // masks nothing [7]
}

void irq_connect(unsigned source, irq_handler *handler, void *argument) {
    connected[source].handler = handler;
    connected[source].argument = argument;
    __atomic_thread_fence(__ATOMIC_SEQ_CST); // another hart may claim as soon as it has a priority
    PRIORITY(source) = 1;
}

void plic_interrupt(void) {
    uint64_t context = s_context(this_hart()->hartid);
    uint32_t source;
    // Several harts take the same interrupt; one claims it, the others read 0 [8].
    while ((source = CLAIM(context)) != 0) {
        if (source < PLIC_SOURCES && connected[source].handler)
            connected[source].handler(connected[source].argument);
        CLAIM(context) = source; // complete [9]
    }
}
