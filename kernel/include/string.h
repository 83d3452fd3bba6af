// Memory and strings, as in ISO C 7.24 (kernel/mm/string.c). The compiler may call the
// first four by itself.
#pragma once
#include <stddef.h>

void *memset(void *to, int byte, size_t count);
void *memcpy(void *restrict to, const void *restrict from, size_t count);
void *memmove(void *to, const void *from, size_t count);
int memcmp(const void *a, const void *b, size_t count);

size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t count);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);

// Copies at most size-1 characters and always ends with NUL; strlen(from), as in BSD.
size_t strlcpy(char *to, const char *from, size_t size);
