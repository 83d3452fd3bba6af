#include "string.h"
#include <stdint.h>

// The compiler must not turn these loops into calls of the functions they define; the
// toolchain builds the kernel with -fno-builtin.

// Words at a time: pages are cleared and copied all day long.
#define WORD sizeof(uint64_t)

void *memset(void *to, int byte, size_t count) {
    unsigned char *t = to;
    for (; count > 0 && (uintptr_t)t % WORD; count--)
        *t++ = (unsigned char)byte;
    uint64_t word = (unsigned char)byte * 0x0101010101010101UL;
    for (; count >= 4 * WORD; count -= 4 * WORD, t += 4 * WORD) {
        uint64_t *w = (uint64_t *)t;
        w[0] = word;
        w[1] = word;
        w[2] = word;
        w[3] = word;
    }
    for (; count > 0; count--)
        *t++ = (unsigned char)byte;
    return to;
}

// Lowest byte first, each group of words loaded before it is stored: right for an overlap
// with to < from.
static void copy_forwards(unsigned char *t, const unsigned char *f, size_t count) {
    if (((uintptr_t)t ^ (uintptr_t)f) % WORD == 0) {
        for (; count > 0 && (uintptr_t)t % WORD; count--)
            *t++ = *f++;
        for (; count >= 4 * WORD; count -= 4 * WORD, t += 4 * WORD, f += 4 * WORD) {
            uint64_t *tw = (uint64_t *)t;
            const uint64_t *fw = (const uint64_t *)f;
            uint64_t a = fw[0], b = fw[1], c = fw[2], d = fw[3];
            tw[0] = a;
            tw[1] = b;
            tw[2] = c;
            tw[3] = d;
        }
    }
    for (; count > 0; count--)
        *t++ = *f++;
}

void *memcpy(void *restrict to, const void *restrict from, size_t count) {
    copy_forwards(to, from, count);
    return to;
}

void *memmove(void *to, const void *from, size_t count) {
    unsigned char *t = to;
    const unsigned char *f = from;
    if (t <= f || t >= f + count)
        copy_forwards(t, f, count);
    else
        while (count-- > 0)
            t[count] = f[count];
    return to;
}

int memcmp(const void *a, const void *b, size_t count) {
    const unsigned char *x = a, *y = b;
    for (; count > 0; count--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

size_t strlen(const char *s) {
    size_t length = 0;
    while (s[length])
        length++;
    return length;
}

size_t strnlen(const char *s, size_t max) {
    size_t length = 0;
    while (length < max && s[length])
        length++;
    return length;
}

int strcmp(const char *a, const char *b) {
    while (*a && *a == *b)
        a++, b++;
    return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t count) {
    for (; count > 0; count--, a++, b++) {
        if (*a != *b)
            return (unsigned char)*a - (unsigned char)*b;
        if (!*a)
            break;
    }
    return 0;
}

char *strchr(const char *s, int c) {
    for (;; s++) {
        if (*s == (char)c)
            return (char *)(uintptr_t)s;
        if (!*s)
            return NULL;
    }
}

char *strrchr(const char *s, int c) {
    const char *last = NULL;
    for (;; s++) {
        if (*s == (char)c)
            last = s;
        if (!*s)
            return (char *)(uintptr_t)last;
    }
}

size_t strlcpy(char *to, const char *from, size_t size) {
    size_t length = 0;
    for (; from[length]; length++)
        if (length + 1 < size)
            to[length] = from[length];
    if (size > 0)
        to[length < size ? length : size - 1] = 0;
    return length;
}
