// The contract between the dispatcher (sched/sched.c) and a scheduling policy
// (sched/fifo.c, sched/rr.c, sched/ucore.c; stride.c is lab 03).
//
// The dispatcher switches between processes, keeps time, wakes idle harts and finds
// out who became runnable. The policy decides who runs next. It is chosen at boot by the
// argument sched=NAME; `stride` is the default.
//
// Lab 03 asks for stride scheduling (Waldspurger and Weihl, "Stride Scheduling:
// Deterministic Proportional-Share Resource Management", MIT/LCS/TM-528, 1995) with the
// rules that the last section of this file settles.
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct proc;

// ---- Numbers --------------------------------------------------------------------------

#define SCHED_QUANTUM 10000u // ticks of the 10 MHz time base: 1 ms. Every dispatch gets a full one

#define PRIORITY_MIN     2  // of setpriority; anything less is refused
#define PRIORITY_DEFAULT 16 // of every new process, whatever its parent has

#define BIG_STRIDE (1u << 28) // a process of priority p has the stride BIG_STRIDE / p, at least 1

// Position on the circle of virtual time: arithmetic is modulo 2^32, so a pass wraps
// around in a long run. The first pass of all is the boot argument pass0=N (default 0).
typedef uint32_t pass_t;

// ---- What a policy is -----------------------------------------------------------------

// One process, as policies see it. `proc` and `hart` are the dispatcher's; the rest
// belongs to the policy, from the enqueue with SCHED_NEW until the process has exited.
// Entities are used again: at SCHED_NEW all but `priority` holds what a dead process left.
struct sched_entity {
    struct proc *proc;
    struct sched_entity *next, *prev;
    int64_t priority; // PRIORITY_DEFAULT at SCHED_NEW; getpriority reports it
    pass_t pass;
    pass_t stride;
    int hart;     // index of the hart that ran it last, -1 before it first runs
    int queued;   // these three are free for any use
    int index;
    uint64_t key;
};

// Why a process became runnable.
enum sched_why {
    SCHED_NEW,       // fork or spawn: seen for the first time
    SCHED_WAKE,      // it slept or waited
    SCHED_PREEMPTED, // it ran, and its quantum is over
    SCHED_YIELD,     // it ran, and gave the rest of its quantum away (sched_yield)
};

// Every function is called with interrupts off and sched_lock held, so a policy needs no
// lock of its own. It must not sleep, nor take any other lock of the kernel (spinlock.h has
// the order), nor work for longer than some dozens of instructions a process.
struct sched_policy {
    const char *name;

    // Once, on the boot hart, before any process: harts are numbered 0 .. nhart-1.
    void (*init)(int nhart);

    // `e` is runnable from now on. It is not in the queue and not on a hart.
    // used: ticks it ran since it was picked (PREEMPTED, YIELD; 0 for NEW and WAKE). Less
    // than SCHED_QUANTUM when it gave up early; more now and then, when the kernel was busy
    // with interrupts off, and always so if the boot argument quantum=US made dispatches
    // longer. The unit of the charge remains SCHED_QUANTUM (rule 3).
    void (*enqueue)(struct sched_entity *e, enum sched_why why, uint32_t used);

    // `hart` is free: take the next process out of the queue and return it; NULL only if
    // none is runnable, for the hart then stops until something is enqueued.
    struct sched_entity *(*pick)(int hart);

    // `e`, which ran, sleeps, waits or exits; used as above. If it comes back that is
    // SCHED_WAKE.
    void (*block)(struct sched_entity *e, uint32_t used);

    // `e` is running on this hart and calls setpriority(priority). Returns priority, or
    // -1 if it is refused (then nothing has changed).
    int64_t (*set_priority)(struct sched_entity *e, int64_t priority);

    // True: called without sched_lock, by several harts at a time. The policy guards what
    // it shares with spinlocks of its own (spinlock.h). Interrupts are off all the same.
    bool self_locking;
};

// sched.c's list; the names that sched=NAME accepts.
extern const struct sched_policy sched_fifo, sched_rr, sched_stride, sched_ucore;

// The boot argument pass0=N, for the policy's init.
pass_t sched_first_pass(void);

// ---- The rules of lab 03 ----------------------------------------------------------------
//
//  1. Pick. The process with the earliest pass; among equals the one enqueued first.
//     Pass a is earlier than pass b iff (int32_t)(a - b) < 0.
//
//  2. Global pass. V is the latest pass that any process had when it was picked; before
//     the first pick, pass0. V never goes back.
//
//  3. Charge. A process that ran `used` ticks moves on by stride * used / SCHED_QUANTUM
//     (fractional quanta; the product needs 64 bits), with the stride it has when it is
//     charged: enqueue with PREEMPTED or YIELD, and block. Nobody is charged for anything
//     but running.
//
//  4. Newcomer. SCHED_NEW: its pass is V.
//
//  5. Waker. SCHED_WAKE: its pass is its own or V, whichever is later: no credit for the
//     time it was away, and no way to shed what it has used. (V may go more than half the
//     circle while a process sleeps; its own pass then means nothing. Allow for that.)
//
//  6. setpriority. Less than PRIORITY_MIN is refused with -1. Otherwise the new stride is
//     used from the next charge on: the quantum that is running is charged at the new
//     stride. Priorities may be as large as int64_t allows.
//
//  7. Several harts. One process can use one hart at most. One whose share is larger than
//     that ("infeasible": Chandra et al., "Surplus Fair Scheduling", OSDI 2000) falls
//     further and further behind V though it always runs. When it is enqueued after running,
//     its pass is therefore never earlier than V - BIG_STRIDE / 2: else it would lap the
//     circle, and starve everyone. (BIG_STRIDE / 2 is the largest stride there is. V runs
//     ahead of a process with a feasible share by no more than somebody's stride, so it
//     loses nothing by this rule.)

// ---- For the rest of the kernel ---------------------------------------------------------

// Boot hart, once: reads the boot arguments sched=, pass0= and quantum=.
void sched_init(void);
const char *sched_policy_name(void);

// Each hart, when all are up: picks and runs processes for ever.
_Noreturn void scheduler(void);

// The running process goes on later. `why`: SCHED_PREEMPTED or SCHED_YIELD.
void sched_yield(enum sched_why why);
// The running process leaves its hart; it has set its state to sleeping or zombie.
// Its lock is held, and no other; held again if it returns.
void sched_block(void);
// `p` was just made (NEW) or woken (WAKE). Its lock is held.
void sched_enqueue(struct proc *p, enum sched_why why);
// The running process.
int64_t sched_set_priority(int64_t priority);
int64_t sched_get_priority(void);
