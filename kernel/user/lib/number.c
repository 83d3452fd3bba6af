// Numbers from text.
#include "user.h"

int parse_number(const char *text, long *value) {
    int negative = *text == '-';
    if (negative)
        text++;
    if (*text == 0)
        return 0;
    long result = 0; // kept negative: that side has one number more
    for (; *text; text++) {
        if (*text < '0' || *text > '9' || __builtin_mul_overflow(result, 10L, &result) ||
            __builtin_sub_overflow(result, *text - '0', &result))
            return 0;
    }
    if (!negative && __builtin_sub_overflow(0L, result, &result))
        return 0;
    *value = result;
    return 1;
}
