// The library of user programs: system calls, output, numbers. Strings are in string.h.
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include "errno.h"
#include "fcntl.h"
#include "procinfo.h"
#include "stat.h"
#include "statfs.h"

// System calls (lib/syscalls.c) as in the Linux manual, section 2, but for one thing: an
// error is returned as -errno; there is no variable of that name.
int open(const char *path, int flags);
int close(int fd);
long read(int fd, void *buffer, size_t count);
long write(int fd, const void *buffer, size_t count);
long lseek(int fd, long offset, int whence);
int fstat(int fd, struct stat *st);
int stat(const char *path, struct stat *st);
long getdents64(int fd, void *buffer, size_t count);
int dup(int fd);
int dup2(int fd, int newfd);
int pipe(int fd[2]); // closes itself on exec in neither process
int ioctl(int fd, unsigned long request, void *argument);
int chdir(const char *path);
long getcwd(char *buffer, size_t size);
int unlink(const char *path);
int mkdir(const char *path);
int mount(const char *source, const char *target, const char *type, unsigned long flags);
int umount(const char *target);
int statfs(const char *path, struct statfs *st);

_Noreturn void exit(int status);
int fork(void);
int execve(const char *path, char *const argv[], char *const envp[]);
int spawn(const char *path, char *const argv[]); // uCore's: a child that executes path
int waitpid(int pid, int *status, int options);
int kill(int pid, int signal);
int getpid(void);
long setpriority(long priority); // uCore's: of the caller; the priority, or -1
long getpriority(void);          // uCore's: of the caller
void sched_yield(void);
int procinfo(struct procinfo *records, size_t count);
void power_off(void);

#define WNOHANG 1
#define WIFEXITED(status)   (((status) & 0x7f) == 0)
#define WEXITSTATUS(status) ((status) >> 8 & 0xff)
#define WTERMSIG(status)    ((status) & 0x7f)
enum { SIGINT = 2, SIGKILL = 9, SIGSEGV = 11, SIGPIPE = 13, SIGTERM = 15 };

// Nanoseconds since the machine started.
uint64_t clock_ns(void);
void sleep_ns(uint64_t duration);
void sleep_until_ns(uint64_t deadline); // returns at once if it is past

// Output (lib/printf.c): %d %u %x (each with l), %s, %c, %%; width, '-' and '0' flags.
// A call's output is one write as long as it fits into 256 bytes.
void printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
void dprintf(int fd, const char *format, ...) __attribute__((format(printf, 2, 3)));
void vdprintf(int fd, const char *format, va_list arguments);
const char *strerror(int error); // of errno, or of a function's -errno

// Numbers (lib/number.c): the whole of `text` is a decimal number with an optional '-'.
// 1 and *value, or 0 if it is anything else or does not fit.
int parse_number(const char *text, long *value);

// Input (lib/file.c): the whole file and a NUL. Its length, -EFBIG if size-1 is less, or
// another -errno.
long read_file(const char *path, char *buffer, size_t size);
