// The end of processes: exit, and wait.
#include "errno.h"
#include "printf.h"
#include "proc_table.h"
#include "riscv.h"

struct spinlock wait_lock = SPINLOCK("wait");

// Init's end is the system's: its exit code says whether all went well.
static noreturn void init_exits(int status) {
    if (status & 0x7f)
        panic("init was killed by signal %d", status & 0x7f);
    shutdown(SBI_SHUTDOWN, status == 0 ? SBI_REASON_NONE : SBI_REASON_SYSTEM_FAILURE);
}

// Leaves and frees the user half of the address space.
static void leave_memory(struct proc *p) {
    struct vm vm = p->vm;
    intr_push();
    p->vm.root = NULL; // should p be preempted, vm_activate() must not go back to it
    kvm_activate();
    intr_pop();
    if (vm.root)
        vm_destroy(&vm);
}

// Orphans go to init. wait_lock held.
static void give_away_children(struct proc *p) {
    struct proc *init = &procs[0];
    for (struct proc *child = procs; child < proc_slots_end(); child++)
        if (child->parent == p)
            child->parent = init;
    wakeup(init); // some may be zombies
}

noreturn void proc_exit(int status) {
    struct proc *p = this_proc();
    if (p->pid == INIT_PID)
        init_exits(status);

    intr_on(); // closing files may sleep, and the rest takes its time
    fd_table_close_all(&p->files);
    leave_memory(p);

    acquire(&wait_lock);
    give_away_children(p);
    wakeup(p->parent);
    // The parent frees the zombie when it gets its lock, and so not before the dispatcher
    // has left this stack.
    acquire(&p->lock);
    p->status = status;
    p->state = PROC_ZOMBIE;
    release(&wait_lock);
    sched_block();
    panic("a zombie runs");
}

int proc_wait(int pid, int *status, int options) {
    if (pid == 0 || pid < -1 || (options & ~WNOHANG))
        return -EINVAL;
    struct proc *p = this_proc();
    acquire(&wait_lock);
    for (;;) {
        bool any = false;
        for (struct proc *child = procs; child < proc_slots_end(); child++) {
            if (child->parent != p || (pid > 0 && child->pid != pid))
                continue;
            any = true;
            acquire(&child->lock);
            bool dead = child->state == PROC_ZOMBIE;
            int child_pid = child->pid;
            *status = child->status;
            release(&child->lock);
            if (dead) { // nobody but its parent knows it any more
                child->parent = NULL;
                release(&wait_lock);
                proc_free(child);
                return child_pid;
            }
        }
        int error = !any ? -ECHILD : (options & WNOHANG) ? 0 : 1;
        if (error == 1)
            error = sleep_killable(p, &wait_lock) ? -EINTR : 1;
        if (error != 1) {
            release(&wait_lock);
            return error;
        }
    }
}
