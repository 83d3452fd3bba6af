// The kernel's side of system calls: the dispatch in syscall/table.c and its entries.
#pragma once
#include <stdint.h>

struct trapframe;

// Runs the system call in `frame` of the current process and stores its result there.
// Interrupts on.
void syscall(struct trapframe *frame);

// One system call: its arguments a0..a5, its result. Process context.
typedef int64_t syscall_fn(const uint64_t a[6]);

// sys_proc.c
syscall_fn sys_exit, sys_nanosleep, sys_clock_gettime, sys_sched_yield, sys_kill, sys_setpriority, sys_getpriority;
syscall_fn sys_reboot, sys_times, sys_uname, sys_getpid, sys_getppid, sys_sysinfo, sys_brk, sys_clone, sys_execve;
syscall_fn sys_wait4, sys_spawn, sys_procinfo;

// sys_file.c
syscall_fn sys_getcwd, sys_dup, sys_dup3, sys_ioctl, sys_unlinkat, sys_chdir, sys_openat, sys_close, sys_pipe2;
syscall_fn sys_getdents64, sys_lseek, sys_read, sys_write, sys_readv, sys_writev, sys_newfstatat, sys_fstat;

// sys_mount.c
syscall_fn sys_mount, sys_umount2, sys_statfs, sys_fstatfs, sys_mkdirat;
