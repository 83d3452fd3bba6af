// The end: what the kernel does when it cannot go on.
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include "hart.h"
#include "printf.h"
#include "proc.h"
#include "riscv.h"
#include "sbi.h"

#define NOBODY (-1L)

static atomic_long panic_hart = NOBODY; // hartid of the first hart that panicked

_Bool panicked(void) { return atomic_load(&panic_hart) != NOBODY; }

noreturn void panic_stop(void) {
    intr_off();
    CSR_WRITE(sie, 0);
    for (;;)
        wait_for_interrupt();
}

// Return addresses from `frame` outwards, by the chain of frame pointers, as long as it
// stays on the stack.
static void back_trace(const struct hart *hart, uintptr_t frame) {
    uintptr_t page = frame & ~4095UL; // an emergency stack is a page
    bool emergency = page + 4096 == hart->emergency_top;
    uintptr_t bottom = emergency ? page : hart->stack_bottom, top = emergency ? page + 4096 : hart->stack_top;
    printf("  back trace:");
    for (int depth = 0; depth < 16 && frame > bottom + 16 && frame <= top && frame % 8 == 0; depth++) {
        const uintptr_t *saved = (const uintptr_t *)frame; // ra at -8, the caller's frame at -16
        if (saved[-1])
            printf(" 0x%lx", saved[-1]);
        if (saved[-2] <= frame)
            break;
        frame = saved[-2];
    }
    printf("\n");
}

noreturn void panic(const char *format, ...) {
    intr_off();
    struct hart *self = this_hart();
    long first = NOBODY;
    if (!atomic_compare_exchange_strong(&panic_hart, &first, (long)self->hartid)) {
        if (first != (long)self->hartid)
            panic_stop(); // another hart reports
        printf("\npanic: another panic while reporting this one\n");
        sbi_system_reset(SBI_SHUTDOWN, SBI_REASON_SYSTEM_FAILURE);
    }

    for (int i = 0; i < hart_count; i++)
        if (&harts[i] != self && atomic_load(&harts[i].online))
            hart_interrupt(&harts[i]);

    va_list arguments;
    va_start(arguments, format);
    printf("\npanic: ");
    vprintf(format, arguments);
    va_end(arguments);
    if (self->proc)
        printf("\n  on hart %lu, in process %d (%s)\n", self->hartid, self->proc->pid, self->proc->name);
    else
        printf("\n  on hart %lu\n", self->hartid);
    back_trace(self, (uintptr_t)__builtin_frame_address(0));
    sbi_system_reset(SBI_SHUTDOWN, SBI_REASON_SYSTEM_FAILURE);
}
