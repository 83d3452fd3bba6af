// The strings and memory of string.h for user programs. The compiler may call the first
// four by itself.
#include "string.h"
#include <stdint.h>

void *memset(void *to, int byte, size_t count) {
    char *t = to;
    while (count-- > 0)
        *t++ = (char)byte;
    return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t count) { return memmove(to, from, count); }

void *memmove(void *to, const void *from, size_t count) {
    char *t = to;
    const char *f = from;
    if ((uintptr_t)t <= (uintptr_t)f) {
        while (count-- > 0)
            *t++ = *f++;
    } else {
        while (count-- > 0)
            t[count] = f[count];
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t count) {
    const unsigned char *p = a, *q = b;
    for (; count > 0; count--, p++, q++) {
        if (*p != *q)
            return *p - *q;
    }
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

int strcmp(const char *a, const char *b) { return strncmp(a, b, SIZE_MAX); }

int strncmp(const char *a, const char *b, size_t count) {
    for (; count > 0; count--, a++, b++) {
        if (*a != *b)
            return (unsigned char)*a - (unsigned char)*b;
        if (*a == 0)
            break;
    }
    return 0;
}

char *strchr(const char *s, int c) {
    for (; *s != (char)c; s++) {
        if (*s == 0)
            return NULL;
    }
    return (char *)(uintptr_t)s;
}

char *strrchr(const char *s, int c) {
    const char *last = NULL;
    do {
        if (*s == (char)c)
            last = s;
    } while (*s++);
    return (char *)(uintptr_t)last;
}

size_t strlcpy(char *to, const char *from, size_t size) {
    size_t length = strlen(from);
    if (size > 0) {
        size_t count = length < size - 1 ? length : size - 1;
        memcpy(to, from, count);
        to[count] = 0;
    }
    return length;
}
