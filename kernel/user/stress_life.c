// stress_life [ROUNDS]: births, deaths, kills, sleeps, pipes and faults, many at a time.
// Exits with 1 at the first wrong result, or if a round leaves less memory free than the
// one before.
#include "user.h"
#include "string.h"
#include "syscall.h"

#define CHILDREN 12

static long call(long number, long a) {
    register long a0 __asm__("a0") = a;
    register long a7 __asm__("a7") = number;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a7) : "memory");
    return a0;
}

static void fail(const char *what, long found, long expected) {
    printf("stress_life: %s: found %ld, expected %ld\n", what, found, expected);
    exit(1);
}

static void expect(const char *what, long found, long expected) {
    if (found != expected)
        fail(what, found, expected);
}

static unsigned long free_pages(void) {
    struct {
        long uptime;
        unsigned long loads[3], totalram, freeram, rest[8];
    } info;
    expect("sysinfo", call(SYS_sysinfo, (long)&info), 0);
    return info.freeram;
}

static void work(long units) {
    for (volatile long i = 0; i < units * 1000; i++)
        ;
}

// Grows its heap, fills it, and gives it back.
static void use_heap(long pages) {
    unsigned char *start = (unsigned char *)call(SYS_brk, 0);
    long size = pages * 4096;
    expect("brk up", call(SYS_brk, (long)start + size), (long)start + size);
    for (long i = 0; i < size; i++)
        expect("fresh heap", start[i], 0);
    memset(start, 0x5a, (size_t)size);
    expect("brk down", call(SYS_brk, (long)start), (long)start);
}

// A pipe between two processes: every byte arrives, in order.
static void use_pipe(void) {
    int fd[2], status;
    unsigned char buffer[512];
    expect("pipe", pipe(fd), 0);
    int pid = fork();
    if (pid == 0) {
        close(fd[0]);
        for (int i = 0; i < 16; i++) {
            memset(buffer, i, sizeof buffer);
            expect("write", write(fd[1], buffer, sizeof buffer), sizeof buffer);
        }
        exit(0);
    }
    close(fd[1]);
    long at = 0, n;
    while ((n = read(fd[0], buffer, sizeof buffer)) > 0)
        for (long i = 0; i < n; i++, at++)
            expect("byte in pipe", buffer[i], at / (long)sizeof buffer);
    expect("bytes in pipe", at, 16 * (long)sizeof buffer);
    close(fd[0]);
    expect("wait for writer", waitpid(pid, &status, 0), pid);
}

static int grandchildren(void) {
    for (int i = 0; i < 3; i++)
        if (fork() == 0) {
            work(i);
            exit(0);
        }
    return 0; // leaves them to init
}

static void child(int kind) {
    switch (kind) {
    case 0:
        work(20);
        exit(kind);
    case 1:
        sleep_ns(2000000);
        exit(kind);
    case 2:
        use_heap(20);
        exit(kind);
    case 3:
        use_pipe();
        exit(kind);
    case 4:
        grandchildren();
        exit(kind);
    case 5: // to be killed on a hart
        for (;;)
            work(1);
    case 6: // to be killed asleep
        sleep_ns(1000000000000);
        exit(99);
    case 7: { // to be killed waiting
        int fd[2];
        char c;
        pipe(fd);
        read(fd[0], &c, 1);
        exit(99);
    }
    case 8: {
        char *argv[] = {"true_", NULL};
        expect("execve of nothing", execve("/bin/does-not-exist", argv, NULL), -ENOENT);
        exit(kind);
    }
    case 9: {
        char *argv[] = {"echo", "-n", NULL};
        int pid = spawn("/bin/echo", argv), status;
        expect("wait for spawned", waitpid(pid, &status, 0), pid);
        exit(kind);
    }
    case 10:
        for (int i = 0; i < 50; i++)
            call(SYS_sched_yield, 0);
        exit(kind);
    default:
        setpriority(2 + getpid() % 100);
        work(10);
        exit(kind);
    }
}

static void round(void) {
    int pids[CHILDREN], status;
    for (int i = 0; i < CHILDREN; i++) {
        pids[i] = fork();
        if (pids[i] == 0)
            child(i);
        if (pids[i] < 0)
            fail("fork", pids[i], 1);
    }
    sleep_ns(1000000);
    for (int i = 5; i <= 7; i++)
        expect("kill", kill(pids[i], SIGKILL), 0);
    for (int i = 0; i < CHILDREN; i++) {
        expect("wait", waitpid(pids[i], &status, 0), pids[i]);
        expect("status", status, i >= 5 && i <= 7 ? SIGKILL : i << 8);
    }
    expect("wait without a child", waitpid(-1, &status, 0), -ECHILD);
    expect("kill of the dead", kill(pids[0], 0), -ESRCH);
}

// Orphans may still be on their way out.
static unsigned long settled_free_pages(void) {
    unsigned long most = 0;
    for (int i = 0; i < 20; i++) {
        sleep_ns(5000000);
        unsigned long now = free_pages();
        if (now > most)
            most = now;
    }
    return most;
}

int main(int argc, char **argv) {
    long rounds = 10;
    if (argc > 1 && !parse_number(argv[1], &rounds))
        return 2;
    round(); // caches fill
    unsigned long before = settled_free_pages();
    for (long i = 0; i < rounds; i++)
        round();
    unsigned long after = settled_free_pages();
    if (after < before)
        fail("pages free", (long)after, (long)before);
    printf("stress_life: %ld rounds, %lu pages free\n", rounds, after);
    return 0;
}
