// The process table, sleep and wake-up.
#include "proc.h"
#include "errno.h"
#include "exec.h"
#include "fs.h"
#include "printf.h"
#include "proc_table.h"
#include "procinfo.h"
#include "riscv.h"
#include "string.h"

struct proc procs[NPROC];

static atomic_int next_pid = 1;
static atomic_int slots_used; // slots from here on were never used: scans stop here

void proc_init(void) {
    for (int i = 0; i < NPROC; i++)
        spinlock_init(&procs[i].lock, "proc");
}

struct proc *this_proc(void) {
    intr_push(); // the answer must be of one hart
    struct proc *p = this_hart()->proc;
    intr_pop();
    return p;
}

struct proc *proc_slots_end(void) { return &procs[atomic_load(&slots_used)]; }

// A process's first steps. It comes from the dispatcher, with its lock held.
static noreturn void proc_start(void) {
    struct proc *p = this_proc();
    release(&p->lock);
    if (p->pid == INIT_PID) {
        intr_on();
        fs_mount_root();
        const char path[] = "/bin/init";
        struct exec_arguments arguments = {.argc = 1, .used = sizeof path, .strings = (char *)(uintptr_t)path};
        int error = proc_exec(path, &arguments);
        if (error)
            panic("cannot execute %s: error %d", path, -error);
        intr_off();
    }
    trap_return(p->frame);
}

struct proc *proc_alloc(void) {
    struct proc *p;
    for (p = procs; p < procs + NPROC; p++) {
        acquire(&p->lock);
        if (p->state == PROC_UNUSED)
            break;
        release(&p->lock);
    }
    if (p == procs + NPROC)
        return NULL;
    p->state = PROC_NEW;
    p->pid = atomic_fetch_add(&next_pid, 1);
    release(&p->lock);

    int slot = (int)(p - procs), used = atomic_load(&slots_used);
    while (used <= slot && !atomic_compare_exchange_weak(&slots_used, &used, slot + 1))
        ;
    p->kstack = kstack_alloc((unsigned)slot);
    if (!p->kstack) {
        proc_free(p);
        return NULL;
    }
    uintptr_t top = p->kstack + KSTACK_PAGES * PAGE_SIZE;
    p->frame = (struct trapframe *)(top - sizeof(struct trapframe));
    memset(p->frame, 0, sizeof *p->frame); // the child inherits nothing from who had the slot
    memset(&p->context, 0, sizeof p->context);
    p->context.ra = (uintptr_t)proc_start;
    p->context.sp = (uintptr_t)p->frame;
    p->sched = (struct sched_entity){.proc = p, .priority = PRIORITY_DEFAULT, .hart = -1};
    p->run_ticks = 0;
    p->hart = -1;
    p->killed = 0;
    p->status = 0;
    p->channel = NULL;
    p->sleep_hart = NULL;
    return p;
}

void proc_free(struct proc *p) {
    if (p->vm.root)
        vm_destroy(&p->vm);
    kstack_free((unsigned)(p - procs));
    p->kstack = 0;
    p->frame = NULL;
    acquire(&p->lock);
    p->pid = 0;
    p->name[0] = 0;
    p->state = PROC_UNUSED; // from now on proc_alloc() may take the slot
    release(&p->lock);
}

void proc_make_first(void) {
    struct proc *p = proc_alloc();
    if (!p || p->pid != INIT_PID)
        panic("cannot make the first process");
    p->vm = (struct vm){0}; // none until it executes init
    p->parent = NULL;
    strlcpy(p->name, "init", sizeof p->name);
    fd_table_init(&p->files);
    acquire(&p->lock);
    sched_enqueue(p, SCHED_NEW);
    release(&p->lock);
}

void user_frame_init(struct trapframe *frame, uintptr_t entry, uintptr_t sp) {
    memset(frame, 0, sizeof *frame); // no register shows the program what was in it before
    frame->sepc = entry;
    frame->x[REG_SP] = sp;
    // SPP = 0: U-mode; SPIE: with interrupts on. The rest (UXL) as the hart has it.
    frame->sstatus = (CSR_READ(sstatus) & ~(SSTATUS_SPP | SSTATUS_SIE)) | SSTATUS_SPIE;
}

// Sleep and wake-up -------------------------------------------------------------------

// `lock` is held, and is held again afterwards.
static int sleep_on(const void *channel, struct spinlock *lock, bool killable) {
    struct proc *p = this_proc();

    // From here to the dispatcher p's lock is held: who finds p asleep on the channel can
    // wake it only when it has left its stack. And `channel` is written before `lock` is
    // released: who takes `lock` next sees it.
    acquire(&p->lock);
    if (killable && p->killed) {
        release(&p->lock);
        return -EINTR;
    }
    atomic_store_explicit(&p->channel, channel, memory_order_relaxed);
    p->killable = killable;
    p->state = PROC_SLEEPING;
    release(lock);
    sched_block();
    int error = killable && p->killed ? -EINTR : 0;
    release(&p->lock);
    acquire(lock);
    return error;
}

void sleep(const void *channel, struct spinlock *lock) { sleep_on(channel, lock, false); }

int sleep_killable(const void *channel, struct spinlock *lock) { return sleep_on(channel, lock, true); }

// p's lock held; p sleeps.
static void wake(struct proc *p) {
    atomic_store_explicit(&p->channel, NULL, memory_order_relaxed);
    sched_enqueue(p, SCHED_WAKE);
}

void wakeup_proc(struct proc *p, const void *channel) {
    if (atomic_load_explicit(&p->channel, memory_order_relaxed) != channel)
        return; // the caller holds the condition's lock, so this is no sleeper of the channel
    acquire(&p->lock);
    if (p->state == PROC_SLEEPING && atomic_load_explicit(&p->channel, memory_order_relaxed) == channel)
        wake(p);
    release(&p->lock);
}

void wakeup(const void *channel) {
    for (struct proc *p = procs; p < proc_slots_end(); p++)
        wakeup_proc(p, channel);
}

bool proc_killed(void) {
    struct proc *p = this_proc();
    return __atomic_load_n(&p->killed, __ATOMIC_RELAXED) != 0;
}

int proc_kill(int pid, int signal) {
    if (pid <= 0 || signal < 0 || signal > 64)
        return -EINVAL;
    for (struct proc *p = procs; p < proc_slots_end(); p++) {
        acquire(&p->lock);
        if (p->pid == pid && p->state != PROC_UNUSED && p->state != PROC_NEW) {
            bool ends = signal != 0 && signal != SIGCHLD && signal != SIGCONT && pid != INIT_PID;
            if (ends && p->state != PROC_ZOMBIE && !p->killed) {
                p->killed = signal;
                if (p->state == PROC_SLEEPING && p->killable)
                    wake(p);
            }
            release(&p->lock);
            return 0;
        }
        release(&p->lock);
    }
    return -ESRCH;
}

int proc_parent_pid(void) {
    acquire(&wait_lock);
    const struct proc *parent = this_proc()->parent;
    int pid = parent ? parent->pid : 0;
    release(&wait_lock);
    return pid;
}

// Keeps the records in the order of pids. p's lock and wait_lock held.
static void insert_record(struct procinfo *records, size_t n, const struct proc *p) {
    static const int32_t state_of[] = {
        [PROC_RUNNABLE] = PROCINFO_RUNNABLE,
        [PROC_RUNNING] = PROCINFO_RUNNING,
        [PROC_SLEEPING] = PROCINFO_SLEEPING,
        [PROC_ZOMBIE] = PROCINFO_ZOMBIE,
    };
    size_t at = n;
    for (; at > 0 && records[at - 1].pid > p->pid; at--)
        records[at] = records[at - 1];
    records[at] = (struct procinfo){
        .pid = p->pid,
        .ppid = p->parent ? p->parent->pid : 0,
        .state = state_of[p->state],
        .hart = p->hart,
        .priority = p->sched.priority,
    };
    strlcpy(records[at].name, p->name, sizeof records[at].name);
}

size_t proc_list(struct procinfo *records, size_t count) {
    size_t n = 0;
    acquire(&wait_lock);
    for (struct proc *p = procs; p < proc_slots_end() && n < count; p++) {
        acquire(&p->lock);
        if (p->state != PROC_UNUSED && p->state != PROC_NEW) {
            if (records)
                insert_record(records, n, p);
            n++;
        }
        release(&p->lock);
    }
    release(&wait_lock);
    return n;
}
