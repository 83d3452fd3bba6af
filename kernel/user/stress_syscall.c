// stress_syscall [ROUNDS]: system calls with numbers and arguments drawn at random, bad
// pointers above all, from children that may die of it. The kernel must survive and lose
// no memory.
#include "user.h"
#include "syscall.h"

#define CALLS 400 // a child

static unsigned long state = 0x9e3779b97f4a7c15UL;

static unsigned long random_number(void) { // xorshift64, Marsaglia 2003
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static long call(long number, const unsigned long *a) {
    register long a0 __asm__("a0") = (long)a[0];
    register long a1 __asm__("a1") = (long)a[1];
    register long a2 __asm__("a2") = (long)a[2];
    register long a3 __asm__("a3") = (long)a[3];
    register long a4 __asm__("a4") = (long)a[4];
    register long a5 __asm__("a5") = (long)a[5];
    register long a7 __asm__("a7") = number;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7) : "memory");
    return a0;
}

static char buffer[8192] = "/bin/echo";

static unsigned long argument(void) {
    static const unsigned long edges[] = {
        0,          1,          2,          3,          (unsigned long)-1, (unsigned long)-100, // AT_FDCWD
        4096,       0xfff8,     0x10000,    0x0bfffff8, 0x0c000000,        0x10000000,
        0x7fffffff, 0x80000000, 0x80200000, 0x88000000, 0x3fc0000000,      0x4000000000,
        1UL << 63,  0x7fff0000, 0x7fffff,
    };
    switch (random_number() % 4) {
    case 0:
        return (unsigned long)buffer + random_number() % sizeof buffer;
    case 1:
        return random_number() % 16;
    case 2:
        return random_number() >> random_number() % 64;
    default:
        return edges[random_number() % (sizeof edges / sizeof edges[0])];
    }
}

static int excluded(long number) { // what would end the test rather than try the kernel
    return number == SYS_exit || number == SYS_exit_group || number == SYS_kill || number == SYS_clone ||
           number == SYS_reboot;
}

static void child(void) {
    for (int fd = 0; fd < 3; fd++)
        close(fd); // neither wait for the keyboard nor write on the screen
    for (int i = 0; i < CALLS; i++) {
        static const long known[] = {
            SYS_getcwd,   SYS_dup,        SYS_dup3,        SYS_ioctl,    SYS_unlinkat, SYS_chdir, SYS_openat,
            SYS_close,    SYS_pipe2,      SYS_getdents64,  SYS_lseek,    SYS_read,     SYS_write, SYS_readv,
            SYS_writev,   SYS_newfstatat, SYS_fstat,       SYS_brk,      SYS_execve,   SYS_wait4, SYS_spawn,
            SYS_procinfo, SYS_times,      SYS_clock_gettime, SYS_uname,  SYS_sysinfo,  SYS_setpriority,
            SYS_getpriority, SYS_sched_yield, SYS_getpid, SYS_getppid, SYS_nanosleep,
        };
        long number = random_number() % 16 == 0 ? (long)argument() : known[random_number() % (sizeof known / sizeof known[0])];
        unsigned long a[6];
        for (int k = 0; k < 6; k++)
            a[k] = argument();
        if (!excluded(number))
            call(number, a);
    }
    exit(0);
}

static unsigned long free_pages(void) {
    unsigned long info[14];
    unsigned long a[6] = {(unsigned long)info};
    return call(SYS_sysinfo, a) == 0 ? info[5] : 0;
}

static void rounds(long count) {
    for (long i = 0; i < count; i++) {
        int status, pid = fork();
        if (pid == 0)
            child();
        random_number();
        sleep_ns(3000000);
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
    }
    sleep_ns(50000000); // what the children spawned comes to its end
}

int main(int argc, char **argv) {
    long count = 50;
    if (argc > 1 && !parse_number(argv[1], &count))
        return 2;
    rounds(count);
    unsigned long before = free_pages();
    rounds(count);
    unsigned long after = free_pages();
    printf("stress_syscall: %lu pages free, then %lu\n", before, after);
    return 0;
}
