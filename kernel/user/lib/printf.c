// Formatted output, gathered in a buffer so that a line is one write.
#include <stdbool.h>
#include "string.h"
#include "user.h"

struct output {
    int fd;
    size_t used;
    char bytes[256];
};

static void flush(struct output *out) {
    size_t done = 0;
    while (done < out->used) {
        long n = write(out->fd, out->bytes + done, out->used - done);
        if (n <= 0)
            break; // nobody to tell
        done += (size_t)n;
    }
    out->used = 0;
}

static void put(struct output *out, char c) {
    if (out->used == sizeof out->bytes)
        flush(out);
    out->bytes[out->used++] = c;
}

// One conversion's text, padded to its width.
static void put_padded(struct output *out, const char *text, size_t length, int width, bool left, char pad) {
    int padding = width > (int)length ? width - (int)length : 0;
    for (int i = 0; i < padding && !left; i++)
        put(out, pad);
    for (size_t i = 0; i < length; i++)
        put(out, text[i]);
    for (int i = 0; i < padding && left; i++)
        put(out, ' ');
}

// The digits of `value`, ending at `end`; where they begin.
static char *digits(char *end, unsigned long value, unsigned base) {
    do
        *--end = "0123456789abcdef"[value % base];
    while ((value /= base) != 0);
    return end;
}

void vdprintf(int fd, const char *format, va_list arguments) {
    struct output out = {.fd = fd, .used = 0};

    for (const char *f = format; *f; f++) {
        if (*f != '%') {
            put(&out, *f);
            continue;
        }
        bool left = false, zero = false, is_long = false;
        int width = 0;
        for (f++; *f == '-' || *f == '0'; f++) {
            left |= *f == '-';
            zero |= *f == '0';
        }
        for (; *f >= '0' && *f <= '9'; f++)
            width = width * 10 + (*f - '0');
        for (; *f == 'l' || *f == 'z'; f++)
            is_long = true;

        char buffer[24], *end = buffer + sizeof buffer, *text;
        switch (*f) {
        case 'd': {
            long value = is_long ? va_arg(arguments, long) : va_arg(arguments, int);
            text = digits(end, value < 0 ? -(unsigned long)value : (unsigned long)value, 10);
            if (value < 0)
                *--text = '-';
            break;
        }
        case 'u':
        case 'x': {
            unsigned long value = is_long ? va_arg(arguments, unsigned long) : va_arg(arguments, unsigned);
            text = digits(end, value, *f == 'x' ? 16 : 10);
            break;
        }
        case 'c':
            text = end - 1;
            *text = (char)va_arg(arguments, int);
            break;
        case 's':
            text = va_arg(arguments, char *);
            end = text + strlen(text);
            break;
        case '%':
            text = end - 1;
            *text = '%';
            break;
        case 0: // the format ends in a conversion that is cut short
            text = end;
            f--;
            break;
        default:
            text = end - 1;
            *text = *f;
        }
        put_padded(&out, text, (size_t)(end - text), width, left, zero && !left ? '0' : ' ');
    }
    flush(&out);
}

void dprintf(int fd, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vdprintf(fd, format, arguments);
    va_end(arguments);
}

void printf(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vdprintf(1, format, arguments);
    va_end(arguments);
}
