// System calls (syscall/): Linux's riscv64 numbers and meanings
// (include/uapi/asm-generic/unistd.h), and three that are ours. The numbers are shared
// by the kernel and user programs.
//
// Convention: number in a7, arguments in a0..a5, result in a0, -errno for an error.
#pragma once

#define SYS_getcwd        17
#define SYS_dup           23
#define SYS_dup3          24
#define SYS_ioctl         29
#define SYS_mkdirat       34
#define SYS_unlinkat      35
#define SYS_umount2       39
#define SYS_mount         40 // read-only: flags must be MS_RDONLY
#define SYS_statfs        43
#define SYS_fstatfs       44
#define SYS_chdir         49
#define SYS_openat        56
#define SYS_close         57
#define SYS_pipe2         59
#define SYS_getdents64    61
#define SYS_lseek         62
#define SYS_read          63
#define SYS_write         64
#define SYS_readv         65
#define SYS_writev        66
#define SYS_newfstatat    79
#define SYS_fstat         80
#define SYS_exit          93
#define SYS_exit_group    94
#define SYS_nanosleep     101
#define SYS_clock_gettime 113
#define SYS_sched_yield   124
#define SYS_kill          129
#define SYS_setpriority   140 // uCore's: (priority >= 2) on the caller; priority, or -1
#define SYS_getpriority   141 // uCore's: () of the caller
#define SYS_reboot        142
#define SYS_times         153
#define SYS_uname         160
#define SYS_getpid        172
#define SYS_getppid       173
#define SYS_sysinfo       179
#define SYS_brk           214
#define SYS_clone         220 // fork only: flags must be SIGCHLD, stack 0
#define SYS_execve        221
#define SYS_wait4         260
#define SYS_spawn         400 // uCore's: (path, argv); child's pid
#define SYS_procinfo      401 // (struct procinfo *, count); how many
#define SYS_COUNT         402

// reboot(2): magic numbers, then a command.
#define REBOOT_MAGIC1    0xfee1dead
#define REBOOT_MAGIC2    672274793 // Linus's birthday
#define REBOOT_POWER_OFF 0x4321fedc
#define REBOOT_RESTART   0x01234567
