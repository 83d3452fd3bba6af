// From numbers to system calls.
#include <stddef.h>
#include "errno.h"
#include "proc.h"
#include "syscall.h"
#include "syscall_table.h"

static syscall_fn *const table[SYS_COUNT] = {
    [SYS_getcwd] = sys_getcwd,
    [SYS_dup] = sys_dup,
    [SYS_dup3] = sys_dup3,
    [SYS_ioctl] = sys_ioctl,
    [SYS_mkdirat] = sys_mkdirat,
    [SYS_unlinkat] = sys_unlinkat,
    [SYS_umount2] = sys_umount2,
    [SYS_mount] = sys_mount,
    [SYS_statfs] = sys_statfs,
    [SYS_fstatfs] = sys_fstatfs,
    [SYS_chdir] = sys_chdir,
    [SYS_openat] = sys_openat,
    [SYS_close] = sys_close,
    [SYS_pipe2] = sys_pipe2,
    [SYS_getdents64] = sys_getdents64,
    [SYS_lseek] = sys_lseek,
    [SYS_read] = sys_read,
    [SYS_write] = sys_write,
    [SYS_readv] = sys_readv,
    [SYS_writev] = sys_writev,
    [SYS_newfstatat] = sys_newfstatat,
    [SYS_fstat] = sys_fstat,
    [SYS_exit] = sys_exit,
    [SYS_exit_group] = sys_exit, // one thread is the whole group
    [SYS_nanosleep] = sys_nanosleep,
    [SYS_clock_gettime] = sys_clock_gettime,
    [SYS_sched_yield] = sys_sched_yield,
    [SYS_kill] = sys_kill,
    [SYS_setpriority] = sys_setpriority,
    [SYS_getpriority] = sys_getpriority,
    [SYS_reboot] = sys_reboot,
    [SYS_times] = sys_times,
    [SYS_uname] = sys_uname,
    [SYS_getpid] = sys_getpid,
    [SYS_getppid] = sys_getppid,
    [SYS_sysinfo] = sys_sysinfo,
    [SYS_brk] = sys_brk,
    [SYS_clone] = sys_clone,
    [SYS_execve] = sys_execve,
    [SYS_wait4] = sys_wait4,
    [SYS_spawn] = sys_spawn,
    [SYS_procinfo] = sys_procinfo,
};

void syscall(struct trapframe *frame) {
    uint64_t number = frame->x[REG_A7];
    syscall_fn *call = number < SYS_COUNT ? table[number] : NULL;
    int64_t result = call ? call(&frame->x[REG_A0]) : -ENOSYS;
    // A successful execve has made a new frame, whose a0 is no result.
    if (number != SYS_execve || result != 0)
        frame->x[REG_A0] = (uint64_t)result;
}
