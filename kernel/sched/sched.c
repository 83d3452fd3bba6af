// The dispatcher: every hart runs scheduler(), which asks the policy for a process, runs
// it for at most a quantum, and tells the policy what became of it.
//
// A process leaves its hart by switching to the dispatcher's stack with its own lock held;
// the dispatcher then hands it on and releases the lock. So whoever finds a process
// runnable, asleep or dead, and has its lock, knows that no hart is on its stack.
#include "sched.h"
#include "fdt.h"
#include "hart.h"
#include "hsm.h"
#include "printf.h"
#include "proc.h"
#include "riscv.h"
#include "string.h"
#include "timer.h"

static const struct sched_policy *const policies[] = {&sched_fifo, &sched_rr, &sched_stride, &sched_ucore};
#define POLICIES (sizeof policies / sizeof policies[0])

static const struct sched_policy *policy; // constant after sched_init()
static uint64_t quantum = SCHED_QUANTUM;  // ticks
static bool idle_suspends;

static struct spinlock sched_lock = SPINLOCK("sched"); // held around calls into the policy

// Harts, by index, that found nothing to run and stop in wfi, or are about to.
static _Atomic uint64_t idle_harts;
_Static_assert(NHART <= 64, "idle_harts");

// Choosing a policy ---------------------------------------------------------------------

static noreturn void unknown_policy(const char *name) {
    char list[128] = "";
    for (size_t i = 0, at = 0; i < POLICIES && at < sizeof list; i++)
        at += (size_t)snprintf(list + at, sizeof list - at, " %s", policies[i]->name);
    panic("boot argument sched=%s: no such policy; there are:%s", name, list);
}

void sched_init(void) {
    char name[32] = "stride";
    bootarg("sched", name, sizeof name);
    for (size_t i = 0; i < POLICIES; i++)
        if (strcmp(policies[i]->name, name) == 0)
            policy = policies[i];
    if (!policy)
        unknown_policy(name);

    if (!policy->init || !policy->enqueue || !policy->pick || !policy->block || !policy->set_priority)
        panic("policy %s: a function of struct sched_policy is missing", name);

    uint64_t microseconds = bootarg_number("quantum", 0);
    if (microseconds)
        quantum = ns_to_ticks(microseconds * 1000);
    char idle[16];
    idle_suspends = bootarg("idle", idle, sizeof idle) && strcmp(idle, "suspend") == 0;
    policy->init(hart_count);
}

const char *sched_policy_name(void) { return policy->name; }

pass_t sched_first_pass(void) { return (pass_t)bootarg_number("pass0", 0); }

// Calls into the policy -----------------------------------------------------------------

static void policy_lock(void) {
    intr_push();
    if (!policy->self_locking)
        acquire(&sched_lock);
}

static void policy_unlock(void) {
    if (!policy->self_locking)
        release(&sched_lock);
    intr_pop();
}

static struct sched_entity *pick(const struct hart *hart) {
    policy_lock();
    struct sched_entity *e = policy->pick(hart->index);
    policy_unlock();
    return e;
}

// p's lock held.
static void enqueue(struct proc *p, enum sched_why why, uint32_t used) {
    p->state = PROC_RUNNABLE;
    policy_lock();
    policy->enqueue(&p->sched, why, used);
    policy_unlock();
}

// p's lock held.
static void block(struct proc *p, uint32_t used) {
    policy_lock();
    policy->block(&p->sched, used);
    policy_unlock();
}

// Idle harts ----------------------------------------------------------------------------
//
// No wake-up is lost: an idle hart announces itself, and only then looks again; who makes
// a process runnable enqueues it, and only then looks for announcements. At least one of
// the two sees the other. The interrupt that follows is not lost either: the hart has
// interrupts off until after wfi, which a pending one ends.

// Something was enqueued: wakes an idle hart for it, if there is one. This hart itself is
// the best, for it is about to look; then the one whose caches know the process.
static void wake_idle_hart(int last_hart) {
    atomic_thread_fence(memory_order_seq_cst);
    uint64_t idle;
    while ((idle = atomic_load(&idle_harts)) != 0) {
        int self = this_hart()->index;
        int chosen = idle >> self & 1                          ? self
                     : last_hart >= 0 && idle >> last_hart & 1 ? last_hart
                                                               : __builtin_ctzll(idle);
        uint64_t bit = 1UL << chosen;
        if (atomic_fetch_and(&idle_harts, ~bit) & bit) { // else another hart was faster
            if (chosen != self)
                hart_interrupt(&harts[chosen]);
            return;
        }
    }
}

// As wfi does, or with the boot argument idle=suspend as the firmware does.
static void pause(void) {
    if (!idle_suspends || hart_suspend(HART_SUSPEND_RETENTIVE, 0, 0) != SBI_SUCCESS)
        wait_for_interrupt();
}

static struct sched_entity *wait_for_work(struct hart *hart) {
    uint64_t self = 1UL << hart->index;
    struct sched_entity *e;
    do {
        atomic_fetch_or(&idle_harts, self);
        e = pick(hart);
        if (!e) {
            timer_idle();
            pause();
            intr_on(); // it is taken here
            intr_off();
            e = pick(hart);
        }
        atomic_fetch_and(&idle_harts, ~self);
    } while (!e);
    return e;
}

// Dispatching ---------------------------------------------------------------------------

static const char *const state_names[] = {
    [PROC_UNUSED] = "unused",   [PROC_NEW] = "new",           [PROC_RUNNABLE] = "runnable",
    [PROC_RUNNING] = "running", [PROC_SLEEPING] = "sleeping", [PROC_ZOMBIE] = "a zombie",
};

// What a policy returns is checked: a wrong one must not corrupt the kernel.
static struct proc *checked(const struct sched_entity *e) {
    uintptr_t offset = (uintptr_t)e - (uintptr_t)&procs[0].sched;
    if (offset >= sizeof procs || offset % sizeof procs[0] != 0)
        panic("policy %s picked %p, which is no process", policy->name, (const void *)e);
    return &procs[offset / sizeof procs[0]];
}

// Runs p until it is preempted, yields, sleeps or exits.
static void dispatch(struct hart *hart, struct proc *p) {
    acquire(&p->lock);
    if (p->state != PROC_RUNNABLE)
        panic("policy %s picked process %d, which is %s (on hart %d)", policy->name, p->pid, state_names[p->state],
              p->hart);
    p->state = PROC_RUNNING;
    p->hart = (int)hart->hartid;
    p->sched.hart = hart->index;
    hart->proc = p;
    hart->stack_bottom = p->kstack;
    hart->stack_top = p->kstack + KSTACK_PAGES * PAGE_SIZE;
    vm_activate(&p->vm);
    hart->dispatched_at = time_now();
    timer_start_quantum(hart->dispatched_at + quantum);

    context_switch(&hart->context, &p->context);

    // Back on the hart's own stack. p's lock is held.
    uint32_t used = (uint32_t)(time_now() - hart->dispatched_at);
    kvm_activate(); // p's tables may go
    hart->proc = NULL;
    hart->stack_bottom = hart->own_bottom;
    hart->stack_top = hart->own_top;
    hart->intr_before = false; // p's business; the dispatcher has interrupts off
    p->run_ticks += used;
    if (p->state == PROC_RUNNING)
        enqueue(p, p->left_by, used); // this hart picks next: nobody needs to be woken
    else
        block(p, used);
    release(&p->lock);
}

_Noreturn void scheduler(void) {
    struct hart *hart = this_hart();
    intr_off();
    kvm_require_paging();
    for (;;) {
        struct sched_entity *e = pick(hart);
        if (!e)
            e = wait_for_work(hart);
        dispatch(hart, checked(e));
    }
}

// From processes ------------------------------------------------------------------------

// To the dispatcher and, some time, back. The process's lock is held, and no other.
static void leave_hart(struct proc *p) {
    struct hart *hart = this_hart();
    if (hart->intr_depth != 1)
        panic("process %d leaves its hart with another spinlock held", p->pid);
    bool before = hart->intr_before;
    context_switch(&p->context, &hart->context);
    this_hart()->intr_before = before; // maybe another hart
}

void sched_yield(enum sched_why why) {
    struct proc *p = this_proc();
    acquire(&p->lock);
    p->left_by = why;
    leave_hart(p);
    release(&p->lock);
}

void sched_block(void) { leave_hart(this_proc()); }

void sched_enqueue(struct proc *p, enum sched_why why) {
    enqueue(p, why, 0);
    wake_idle_hart(p->sched.hart);
}

int64_t sched_set_priority(int64_t priority) {
    struct proc *p = this_proc();
    policy_lock();
    int64_t result = policy->set_priority(&p->sched, priority);
    policy_unlock();
    return result;
}

int64_t sched_get_priority(void) { return this_proc()->sched.priority; }
