// System calls: the number in a7, arguments from a0, the result in a0 (syscall.h).
#include "syscall.h"
#include "user.h"

#define SIGCHLD 17 // what fork's child sends its parent when it ends

static inline long call(long number, long a, long b, long c, long d) {
    register long a0 __asm__("a0") = a;
    register long a1 __asm__("a1") = b;
    register long a2 __asm__("a2") = c;
    register long a3 __asm__("a3") = d;
    register long a4 __asm__("a4") = 0; // mount's data: none
    register long a7 __asm__("a7") = number;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a7) : "memory");
    return a0;
}

int open(const char *path, int flags) { return (int)call(SYS_openat, AT_FDCWD, (long)path, flags, 0666); }
int close(int fd) { return (int)call(SYS_close, fd, 0, 0, 0); }
long read(int fd, void *buffer, size_t count) { return call(SYS_read, fd, (long)buffer, (long)count, 0); }
long write(int fd, const void *buffer, size_t count) { return call(SYS_write, fd, (long)buffer, (long)count, 0); }
long lseek(int fd, long offset, int whence) { return call(SYS_lseek, fd, offset, whence, 0); }
int fstat(int fd, struct stat *st) { return (int)call(SYS_fstat, fd, (long)st, 0, 0); }
int stat(const char *path, struct stat *st) { return (int)call(SYS_newfstatat, AT_FDCWD, (long)path, (long)st, 0); }
long getdents64(int fd, void *buffer, size_t count) { return call(SYS_getdents64, fd, (long)buffer, (long)count, 0); }
int dup(int fd) { return (int)call(SYS_dup, fd, 0, 0, 0); }
int dup2(int fd, int newfd) { return fd == newfd ? fd : (int)call(SYS_dup3, fd, newfd, 0, 0); }
int pipe(int fd[2]) { return (int)call(SYS_pipe2, (long)fd, 0, 0, 0); }
int ioctl(int fd, unsigned long request, void *argument) {
    return (int)call(SYS_ioctl, fd, (long)request, (long)argument, 0);
}
int chdir(const char *path) { return (int)call(SYS_chdir, (long)path, 0, 0, 0); }
long getcwd(char *buffer, size_t size) { return call(SYS_getcwd, (long)buffer, (long)size, 0, 0); }
int unlink(const char *path) { return (int)call(SYS_unlinkat, AT_FDCWD, (long)path, 0, 0); }
int mkdir(const char *path) { return (int)call(SYS_mkdirat, AT_FDCWD, (long)path, 0777, 0); }
int umount(const char *target) { return (int)call(SYS_umount2, (long)target, 0, 0, 0); }
int mount(const char *source, const char *target, const char *type, unsigned long flags) {
    return (int)call(SYS_mount, (long)source, (long)target, (long)type, (long)flags);
}
int statfs(const char *path, struct statfs *st) { return (int)call(SYS_statfs, (long)path, (long)st, 0, 0); }

void exit(int status) {
    for (;;)
        call(SYS_exit_group, status, 0, 0, 0);
}
int fork(void) { return (int)call(SYS_clone, SIGCHLD, 0, 0, 0); }
int execve(const char *path, char *const argv[], char *const envp[]) {
    return (int)call(SYS_execve, (long)path, (long)argv, (long)envp, 0);
}
int spawn(const char *path, char *const argv[]) { return (int)call(SYS_spawn, (long)path, (long)argv, 0, 0); }
int waitpid(int pid, int *status, int options) { return (int)call(SYS_wait4, pid, (long)status, options, 0); }
int kill(int pid, int signal) { return (int)call(SYS_kill, pid, signal, 0, 0); }
int getpid(void) { return (int)call(SYS_getpid, 0, 0, 0, 0); }
long setpriority(long priority) { return call(SYS_setpriority, priority, 0, 0, 0); }
long getpriority(void) { return call(SYS_getpriority, 0, 0, 0, 0); }
void sched_yield(void) { call(SYS_sched_yield, 0, 0, 0, 0); }
int procinfo(struct procinfo *records, size_t count) {
    return (int)call(SYS_procinfo, (long)records, (long)count, 0, 0);
}
void power_off(void) { call(SYS_reboot, (long)REBOOT_MAGIC1, REBOOT_MAGIC2, REBOOT_POWER_OFF, 0); }

#define NS_PER_SECOND   1000000000UL
#define CLOCK_MONOTONIC 1

struct timespec {
    long tv_sec, tv_nsec;
};

uint64_t clock_ns(void) {
    struct timespec now;
    call(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&now, 0, 0);
    return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

void sleep_ns(uint64_t duration) {
    struct timespec time = {(long)(duration / NS_PER_SECOND), (long)(duration % NS_PER_SECOND)};
    call(SYS_nanosleep, (long)&time, 0, 0, 0);
}

void sleep_until_ns(uint64_t deadline) {
    uint64_t now;
    while ((now = clock_ns()) < deadline)
        sleep_ns(deadline - now);
}
