// System calls about processes, time and the machine. The inner halves are elsewhere:
// here arguments come from user memory and are checked, results go back.
#include "errno.h"
#include "exec.h"
#include "hart.h"
#include "proc.h"
#include "procinfo.h"
#include "riscv.h"
#include "string.h"
#include "syscall.h"
#include "syscall_table.h"
#include "timer.h"

#define CLOCK_TICKS 100 // a second, for times(2): Linux's USER_HZ

struct timespec {
    int64_t tv_sec, tv_nsec;
};

static const struct vm *user(void) { return &this_proc()->vm; }

int64_t sys_exit(const uint64_t a[6]) { proc_exit((int)(a[0] & 0xff) << 8); }

int64_t sys_getpid(const uint64_t a[6]) {
    (void)a;
    return this_proc()->pid;
}

int64_t sys_getppid(const uint64_t a[6]) {
    (void)a;
    return proc_parent_pid();
}

int64_t sys_sched_yield(const uint64_t a[6]) {
    (void)a;
    sched_yield(SCHED_YIELD);
    return 0;
}

int64_t sys_setpriority(const uint64_t a[6]) { return sched_set_priority((int64_t)a[0]); }

int64_t sys_getpriority(const uint64_t a[6]) {
    (void)a;
    return sched_get_priority();
}

int64_t sys_kill(const uint64_t a[6]) { return proc_kill((int)a[0], (int)a[1]); }

int64_t sys_brk(const uint64_t a[6]) { return (int64_t)vm_brk(&this_proc()->vm, a[0]); }

// clone(flags, stack, …)
int64_t sys_clone(const uint64_t a[6]) {
    if (a[0] != SIGCHLD || a[1] != 0)
        return -EINVAL; // threads and shared memory are not offered
    return proc_fork();
}

// path and argv of execve and spawn.
static int get_program(const uint64_t a[6], uintptr_t envp, char path[PATH_LEN], struct exec_arguments *arguments) {
    int64_t length = copyinstr(user(), path, a[0], PATH_LEN);
    if (length < 0)
        return (int)length;
    return exec_arguments_get(arguments, a[1], envp);
}

// execve(path, argv, envp)
int64_t sys_execve(const uint64_t a[6]) {
    char path[PATH_LEN];
    struct exec_arguments arguments;
    int error = get_program(a, a[2], path, &arguments);
    if (error)
        return error;
    error = proc_exec(path, &arguments);
    exec_arguments_free(&arguments);
    return error;
}

// spawn(path, argv)
int64_t sys_spawn(const uint64_t a[6]) {
    char path[PATH_LEN];
    struct exec_arguments arguments;
    int error = get_program(a, 0, path, &arguments);
    if (error)
        return error;
    int pid = proc_spawn(path, &arguments);
    exec_arguments_free(&arguments);
    return pid;
}

// wait4(pid, status, options, rusage)
int64_t sys_wait4(const uint64_t a[6]) {
    int status;
    if (a[1] && !vm_translate(user(), a[1], PTE_W))
        return -EFAULT; // rather than reap a child and lose its status
    int pid = proc_wait((int)a[0], &status, (int)a[2]);
    if (pid > 0 && a[1] && copyout(user(), a[1], &status, sizeof status))
        return -EFAULT;
    return pid;
}

// nanosleep(duration, remaining)
int64_t sys_nanosleep(const uint64_t a[6]) {
    struct timespec duration;
    if (copyin(user(), &duration, a[0], sizeof duration))
        return -EFAULT;
    if (duration.tv_sec < 0 || duration.tv_nsec < 0 || duration.tv_nsec >= 1000000000)
        return -EINVAL;
    uint64_t ns, deadline = UINT64_MAX;
    if (!__builtin_mul_overflow((uint64_t)duration.tv_sec, 1000000000UL, &ns) &&
        !__builtin_add_overflow(ns, (uint64_t)duration.tv_nsec, &ns) &&
        __builtin_add_overflow(time_now(), ns_to_ticks(ns), &deadline))
        deadline = UINT64_MAX;
    return sleep_until(deadline);
}

// The time this process has run, in ticks.
static uint64_t own_ticks(void) {
    intr_push();
    uint64_t ticks = this_proc()->run_ticks + (time_now() - this_hart()->dispatched_at);
    intr_pop();
    return ticks;
}

// clock_gettime(clock, timespec). All clocks but a process's own count from the start
// of the machine.
int64_t sys_clock_gettime(const uint64_t a[6]) {
    enum { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME, CLOCK_THREAD_CPUTIME, CLOCK_BOOTTIME = 7 };
    uint64_t ticks;
    switch (a[0]) {
    case CLOCK_REALTIME:
    case CLOCK_MONOTONIC:
    case CLOCK_BOOTTIME:
        ticks = time_now();
        break;
    case CLOCK_PROCESS_CPUTIME:
    case CLOCK_THREAD_CPUTIME:
        ticks = own_ticks();
        break;
    default:
        return -EINVAL;
    }
    uint64_t ns = ticks_to_ns(ticks);
    struct timespec t = {(int64_t)(ns / 1000000000), (int64_t)(ns % 1000000000)};
    return copyout(user(), a[1], &t, sizeof t);
}

// times(tms): all of a process's time is reported as user time.
int64_t sys_times(const uint64_t a[6]) {
    const uint64_t ns_per_tick = 1000000000 / CLOCK_TICKS;
    int64_t tms[4] = {(int64_t)(ticks_to_ns(own_ticks()) / ns_per_tick)};
    if (a[0] && copyout(user(), a[0], tms, sizeof tms))
        return -EFAULT;
    return (int64_t)(ticks_to_ns(time_now()) / ns_per_tick);
}

int64_t sys_uname(const uint64_t a[6]) {
    struct {
        char sysname[65], nodename[65], release[65], version[65], machine[65], domainname[65];
    } uts = {"HartLab", "hartlab", "1.0", "SMP", "riscv64", ""};
    return copyout(user(), a[0], &uts, sizeof uts);
}

// sysinfo(info): Linux's struct sysinfo. `procs` counts what ps lists; loads are not kept.
int64_t sys_sysinfo(const uint64_t a[6]) {
    struct {
        int64_t uptime;
        uint64_t loads[3], totalram, freeram, sharedram, bufferram, totalswap, freeswap;
        uint16_t procs;
        uint64_t totalhigh, freehigh;
        uint32_t mem_unit;
    } info = {
        .uptime = (int64_t)(ticks_to_ns(time_now()) / 1000000000),
        .totalram = page_total(),
        .freeram = page_free_count(),
        .procs = (uint16_t)proc_list(NULL, NPROC),
        .mem_unit = PAGE_SIZE,
    };
    _Static_assert(sizeof info == 112, "Linux riscv64 ABI");
    return copyout(user(), a[0], &info, sizeof info);
}

// reboot(magic1, magic2, command)
int64_t sys_reboot(const uint64_t a[6]) {
    if ((uint32_t)a[0] != REBOOT_MAGIC1 || (uint32_t)a[1] != REBOOT_MAGIC2)
        return -EINVAL;
    switch ((uint32_t)a[2]) {
    case REBOOT_POWER_OFF:
        shutdown(SBI_SHUTDOWN, SBI_REASON_NONE);
    case REBOOT_RESTART:
        shutdown(SBI_COLD_REBOOT, SBI_REASON_NONE);
    default:
        return -EINVAL;
    }
}

// procinfo(records, count)
int64_t sys_procinfo(const uint64_t a[6]) {
    struct procinfo *records = page_alloc();
    if (!records)
        return -ENOMEM;
    size_t most = PAGE_SIZE / sizeof *records, wanted = a[1] < most ? a[1] : most;
    size_t n = proc_list(records, wanted);
    int error = copyout(user(), a[0], records, n * sizeof *records);
    page_free(records);
    return error ? error : (int64_t)n;
}
