// syscall NAME|NUMBER [ARGUMENT...]: makes one system call, whatever its arguments are worth,
// and says what it returned.
//
// An argument is a number (decimal or 0x...), or the address of something in this program:
//
//   =TEXT      TEXT and a NUL
//   buf        4096 bytes, all 0 before the call
//   const      the same, in a page that is mapped read-only
//   end-N      N bytes before the end of the heap, after which nothing is mapped
//   ts:S,NS    a struct timespec
//
// Missing ones are 0.
#include <stdbool.h>
#include "string.h"
#include "syscall.h"
#include "user.h"

static const struct {
    const char *name;
    long number;
} calls[] = {
    {"getcwd", SYS_getcwd}, {"dup", SYS_dup}, {"dup3", SYS_dup3}, {"ioctl", SYS_ioctl},
    {"unlinkat", SYS_unlinkat}, {"chdir", SYS_chdir}, {"openat", SYS_openat}, {"close", SYS_close},
    {"pipe2", SYS_pipe2}, {"getdents64", SYS_getdents64}, {"lseek", SYS_lseek}, {"read", SYS_read},
    {"write", SYS_write}, {"readv", SYS_readv}, {"writev", SYS_writev}, {"newfstatat", SYS_newfstatat},
    {"fstat", SYS_fstat}, {"exit", SYS_exit}, {"exit_group", SYS_exit_group}, {"nanosleep", SYS_nanosleep},
    {"clock_gettime", SYS_clock_gettime}, {"sched_yield", SYS_sched_yield}, {"kill", SYS_kill},
    {"setpriority", SYS_setpriority}, {"getpriority", SYS_getpriority}, {"reboot", SYS_reboot},
    {"times", SYS_times}, {"uname", SYS_uname}, {"getpid", SYS_getpid}, {"getppid", SYS_getppid},
    {"sysinfo", SYS_sysinfo}, {"brk", SYS_brk}, {"clone", SYS_clone}, {"execve", SYS_execve},
    {"wait4", SYS_wait4}, {"spawn", SYS_spawn}, {"procinfo", SYS_procinfo},
};

#define ARGUMENTS 6

static const char constants[4096] = "read only";
static char buffer[4096];
static long times[ARGUMENTS][2];

static long call(long number, const long *a) {
    register long a0 __asm__("a0") = a[0];
    register long a1 __asm__("a1") = a[1];
    register long a2 __asm__("a2") = a[2];
    register long a3 __asm__("a3") = a[3];
    register long a4 __asm__("a4") = a[4];
    register long a5 __asm__("a5") = a[5];
    register long a7 __asm__("a7") = number;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7) : "memory");
    return a0;
}

static bool parse_hexadecimal(const char *text, long *value) {
    unsigned long result = 0;
    if (text[0] != '0' || text[1] != 'x' || text[2] == 0 || strlen(text) > 18)
        return false;
    for (text += 2; *text; text++) {
        const char *digits = "0123456789abcdef", *digit = strchr(digits, *text);
        if (!digit)
            return false;
        result = result << 4 | (unsigned long)(digit - digits);
    }
    *value = (long)result;
    return true;
}

static bool parse_integer(const char *text, long *value) {
    return parse_hexadecimal(text, value) || parse_number(text, value);
}

// The end of the heap, which is the end of a page.
static long heap_end(void) {
    long none[ARGUMENTS] = {0}, wanted[ARGUMENTS] = {0};
    long here = call(SYS_brk, none);
    wanted[0] = (here + 4095) / 4096 * 4096 + 4096;
    return call(SYS_brk, wanted);
}

// S,NS
static bool parse_timespec(char *text, long *timespec) {
    char *comma = strchr(text, ',');
    if (!comma)
        return false;
    *comma = 0;
    return parse_integer(text, &timespec[0]) && parse_integer(comma + 1, &timespec[1]);
}

static bool parse_argument(char *text, int index, long *value) {
    long back;
    if (text[0] == '=')
        *value = (long)(text + 1);
    else if (strcmp(text, "buf") == 0)
        *value = (long)buffer;
    else if (strcmp(text, "const") == 0)
        *value = (long)constants;
    else if (strncmp(text, "end-", 4) == 0 && parse_integer(text + 4, &back))
        *value = heap_end() - back;
    else if (strncmp(text, "ts:", 3) == 0 && parse_timespec(text + 3, times[index]))
        *value = (long)times[index];
    else
        return parse_integer(text, value);
    return true;
}

static bool find_call(const char *text, long *number) {
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        if (strcmp(calls[i].name, text) == 0) {
            *number = calls[i].number;
            return true;
        }
    return parse_integer(text, number);
}

int main(int argc, char *argv[]) {
    long number, a[ARGUMENTS] = {0};
    bool good = argc >= 2 && argc <= 2 + ARGUMENTS && find_call(argv[1], &number);
    char shown[128] = "";
    for (int i = 2; good && i < argc; i++) {
        strlcpy(shown + strlen(shown), i > 2 ? ", " : "", sizeof shown - strlen(shown));
        strlcpy(shown + strlen(shown), argv[i], sizeof shown - strlen(shown));
        good = parse_argument(argv[i], i - 2, &a[i - 2]);
    }
    if (!good) {
        dprintf(2, "usage: syscall NAME|NUMBER [NUMBER | =TEXT | buf | const | end-N | ts:S,NS]...\n");
        return 2;
    }
    long result = call(number, a);
    if (result < 0 && result > -4096)
        dprintf(2, "%s(%s) = %ld: %s\n", argv[1], shown, result, strerror((int)result));
    else
        dprintf(2, "%s(%s) = %ld\n", argv[1], shown, result);
    return result < 0;
}
