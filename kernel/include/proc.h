// Processes (proc/): one thread each, its own address space and descriptors.
//
// Life: proc_fork() or proc_spawn() → runnable ⇄ running ⇄ sleeping → proc_exit() →
// zombie → proc_wait() of the parent.
#pragma once
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>
#include "file.h"
#include "hart.h"
#include "mm.h"
#include "param.h"
#include "sched.h"
#include "spinlock.h"
#include "trap.h"

#define PROC_NAME 16

enum proc_state {
    PROC_UNUSED,   // the slot is free
    PROC_NEW,      // being made
    PROC_RUNNABLE, // the policy has it
    PROC_RUNNING,  // a hart has it
    PROC_SLEEPING,
    PROC_ZOMBIE, // dead; keeps only its status for the parent
};

struct proc {
    struct spinlock lock; // guards:
    enum proc_state state;
    const void *_Atomic channel; // what it sleeps on; written under the lock, read without (wakeup)
    bool killable;       // sleeping: kill ends the sleep
    int killed;          // number of the signal that killed it, else 0
    int status;          // zombie: as wait4 reports it
    int pid;

    // wait_lock (proc.c) guards:
    struct proc *parent; // NULL for init

    // Only the process itself, or its maker while PROC_NEW:
    struct vm vm;
    struct trapframe *frame; // at the top of the kernel stack
    uintptr_t kstack;        // lowest address of the kernel stack
    struct context context;  // while not running
    struct fd_table files;
    char name[PROC_NAME]; // last component of the program's path

    // The dispatcher (sched/sched.c), lock held:
    struct sched_entity sched;
    enum sched_why left_by; // PREEMPTED or YIELD
    uint64_t run_ticks; // time on a hart, all told
    int hart;           // hartid where it runs or ran last; -1: has not run

    // The timer (trap/timer.c), under the sleepers_lock of sleep_hart:
    uint64_t deadline;
    struct proc *next_sleeper;
    struct hart *sleep_hart; // whose list it is on, else NULL
};

extern struct proc procs[NPROC];

// The process that this hart runs; NULL in the dispatcher.
struct proc *this_proc(void);

// Boot hart, once.
void proc_init(void);
// Boot hart, once: makes process 1. When it first runs it mounts the root file system
// and executes /bin/init.
void proc_make_first(void);

// System calls' inner halves, for the calling process: a pid, 0, or -errno.
int proc_fork(void);
// A child that executes `path`; the strings are kernel memory (exec.h). No copy of the
// parent's memory is made.
struct exec_arguments;
int proc_spawn(const char *path, const struct exec_arguments *arguments);
// Ends the process. `status` as wait4 reports it: code << 8, or a signal's number.
noreturn void proc_exit(int status);
// Waits for a child: pid > 0 that one, -1 any. options: WNOHANG. The child's pid; 0 if
// none is dead yet and WNOHANG; -ECHILD, -EINTR (killed), -EINVAL.
int proc_wait(int pid, int *status, int options);
#define WNOHANG 1
// Every signal but 0 (probe), SIGCHLD and SIGCONT (no effect) ends the process, at the
// latest when it next leaves the kernel. 0, -ESRCH or -EINVAL.
int proc_kill(int pid, int signal);
enum {
    SIGINT = 2,
    SIGILL = 4,
    SIGTRAP = 5,
    SIGBUS = 7,
    SIGKILL = 9,
    SIGSEGV = 11,
    SIGPIPE = 13,
    SIGCHLD = 17,
    SIGCONT = 18,
};
// Has the running process been killed? It ends when it leaves the kernel; a long loop
// in a system call asks this and returns -EINTR.
bool proc_killed(void);

// Sleep and wake-up. `lock` guards the condition that is waited for: sleep() is called
// with it held, in a loop that tests the condition; it releases the lock while it sleeps
// and holds it again when it returns. wakeup() is called with the same lock held: that is
// why no wake-up is lost.
//
// sleep() is for what is sure to come soon (the disk answers): not even kill ends it.
// sleep_killable() is for what may never come (input, a child's death, time): -EINTR if
// the process was killed before or meanwhile, else 0; the caller then gives up.
void sleep(const void *channel, struct spinlock *lock);
int sleep_killable(const void *channel, struct spinlock *lock);
void wakeup(const void *channel);
// Wakes this one process if it sleeps on `channel`. The rule of wakeup() holds.
void wakeup_proc(struct proc *p, const void *channel);

// The running process's parent; 0: none.
int proc_parent_pid(void);

// Fills a record a process (procinfo.h) up to `count`, smallest pid first; how many.
// Only counts if `records` is NULL.
struct procinfo;
size_t proc_list(struct procinfo *records, size_t count);

// switch.S: saves the callee-saved registers in `from`, continues with those in `to`.
void context_switch(struct context *from, struct context *to);
