// The boot arguments: words "name=value", separated by spaces.
#include "fdt.h"
#include "printf.h"
#include "string.h"

bool bootarg(const char *name, char *value, size_t size) {
    size_t name_length = strlen(name);
    const char *word = fdt.bootargs;
    while (*word) {
        size_t length = 0;
        while (word[length] && word[length] != ' ')
            length++;
        if (length > name_length && word[name_length] == '=' && strncmp(word, name, name_length) == 0) {
            size_t value_length = length - name_length - 1;
            if (value_length >= size)
                return false;
            memcpy(value, word + name_length + 1, value_length);
            value[value_length] = 0;
            return true;
        }
        word += length;
        while (*word == ' ')
            word++;
    }
    return false;
}

static int digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 16;
}

uint64_t bootarg_number(const char *name, uint64_t otherwise) {
    char text[32];
    if (!bootarg(name, text, sizeof text))
        return otherwise;
    int base = text[0] == '0' && (text[1] == 'x' || text[1] == 'X') ? 16 : 10;
    const char *s = base == 16 ? text + 2 : text;
    uint64_t value = 0;
    bool valid = *s != 0;
    for (; *s && valid; s++) {
        int d = digit(*s);
        valid = d < base && !__builtin_mul_overflow(value, (uint64_t)base, &value) &&
                !__builtin_add_overflow(value, (uint64_t)d, &value);
    }
    if (!valid)
        panic("boot argument %s=%s: expected a number", name, text);
    return value;
}
