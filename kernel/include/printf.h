// Messages of the kernel itself (boot/printf.c, boot/panic.c).
#pragma once
#include <stdarg.h>
#include <stdnoreturn.h>

// Where messages go: the SBI console until printf_to() names a driver's function. That
// function must work at any time: polling, no lock.
void printf_to(void (*putc)(int c));

// Conversions: %d %u %x (each with l, z), %p, %s, %c, %%; width and '0' or '-' flag.
// A whole call is atomic among the harts. Safe with interrupts off and any lock held.
void printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
void vprintf(const char *format, va_list arguments);

// Into `to`, at most size-1 characters and a NUL; the length it wanted.
int snprintf(char *to, unsigned long size, const char *format, ...) __attribute__((format(printf, 3, 4)));

// Prints "panic: " and the message with the hart and a back trace, stops the other
// harts, and shuts the machine down with reason "system failure". Safe anywhere,
// also during another panic.
noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

// A hart that is told of another hart's panic ends here (IPI handler).
noreturn void panic_stop(void);
// True once some hart has panicked.
_Bool panicked(void);

#define assert(condition)                                                                                              \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            panic("%s:%d: %s: assertion failed: %s", __FILE_NAME__, __LINE__, __func__, #condition);                   \
    } while (0)
