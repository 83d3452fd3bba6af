// Formatted messages. printf_lock keeps calls of several harts apart; a panic ignores it,
// for a stopped hart may hold it.
#include "printf.h"
#include <stdbool.h>
#include <stdint.h>
#include "sbi.h"
#include "spinlock.h"
#include "string.h"

static struct spinlock printf_lock = SPINLOCK("printf");
static void (*console_putc)(int c) = sbi_putchar;

void printf_to(void (*putc)(int c)) { console_putc = putc; }

// Where formatted characters go: a buffer, or the console if there is none.
struct sink {
    char *to;
    unsigned long size, length;
};

static void emit(struct sink *sink, char c) {
    if (!sink->to) {
        if (c == '\n')
            console_putc('\r');
        console_putc((unsigned char)c);
    } else if (sink->length + 1 < sink->size)
        sink->to[sink->length] = c;
    sink->length++;
}

static void emit_padded(struct sink *sink, const char *text, size_t length, int width, bool left) {
    int padding = width > (int)length ? width - (int)length : 0;
    for (int i = 0; !left && i < padding; i++)
        emit(sink, ' ');
    for (size_t i = 0; i < length; i++)
        emit(sink, text[i]);
    for (int i = 0; left && i < padding; i++)
        emit(sink, ' ');
}

static void emit_number(struct sink *sink, uint64_t magnitude, bool negative, unsigned base, int width, bool zeros,
                        bool left) {
    char digits[32];
    int at = sizeof digits;
    do
        digits[--at] = "0123456789abcdef"[magnitude % base];
    while (magnitude /= base);
    int limit = width < (int)sizeof digits ? width : (int)sizeof digits;
    while (zeros && !left && (int)sizeof digits - at + negative < limit)
        digits[--at] = '0';
    if (negative)
        digits[--at] = '-';
    emit_padded(sink, digits + at, sizeof digits - (size_t)at, width, left);
}

static void format_to(struct sink *sink, const char *format, va_list arguments) {
    for (; *format; format++) {
        if (*format != '%') {
            emit(sink, *format);
            continue;
        }
        bool left = false, zeros = false, wide = false;
        int width = 0;
        for (format++; *format == '-' || *format == '0'; format++)
            *format == '-' ? (left = true) : (zeros = true);
        for (; *format >= '0' && *format <= '9'; format++)
            width = width * 10 + (*format - '0');
        for (; *format == 'l' || *format == 'z'; format++)
            wide = true;
        switch (*format) {
        case 'd': {
            int64_t value = wide ? va_arg(arguments, int64_t) : va_arg(arguments, int);
            uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
            emit_number(sink, magnitude, value < 0, 10, width, zeros, left);
            break;
        }
        case 'u':
        case 'x': {
            uint64_t value = wide ? va_arg(arguments, uint64_t) : va_arg(arguments, unsigned);
            emit_number(sink, value, false, *format == 'x' ? 16 : 10, width, zeros, left);
            break;
        }
        case 'p':
            emit(sink, '0');
            emit(sink, 'x');
            emit_number(sink, va_arg(arguments, uintptr_t), false, 16, width, zeros, left);
            break;
        case 's': {
            const char *text = va_arg(arguments, const char *);
            if (!text)
                text = "(null)";
            emit_padded(sink, text, strlen(text), width, left);
            break;
        }
        case 'c':
            emit(sink, (char)va_arg(arguments, int));
            break;
        case '%':
            emit(sink, '%');
            break;
        default: // show what was not understood
            emit(sink, '%');
            if (!*format)
                return;
            emit(sink, *format);
        }
    }
}

void vprintf(const char *format, va_list arguments) {
    struct sink console = {0};
    bool lock = !panicked();
    if (lock)
        acquire(&printf_lock);
    format_to(&console, format, arguments);
    if (lock)
        release(&printf_lock);
}

void printf(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
}

int snprintf(char *to, unsigned long size, const char *format, ...) {
    struct sink buffer = {.to = to, .size = size};
    va_list arguments;
    va_start(arguments, format);
    format_to(&buffer, format, arguments);
    va_end(arguments);
    if (size > 0)
        to[buffer.length < size ? buffer.length : size - 1] = 0;
    return (int)buffer.length;
}
