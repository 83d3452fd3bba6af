#include "sleeplock.h"
#include "printf.h"
#include "proc.h"

void sleeplock_init(struct sleeplock *lock, const char *name) { *lock = (struct sleeplock)SLEEPLOCK(name); }

void sleeplock_acquire(struct sleeplock *lock) {
    struct proc *p = this_proc();
    acquire(&lock->lock);
    if (lock->locked && lock->pid == p->pid)
        panic("sleeplock_acquire: process %d holds %s already", p->pid, lock->name);
    while (lock->locked)
        sleep(lock, &lock->lock);
    lock->locked = true;
    lock->pid = p->pid;
    release(&lock->lock);
}

void sleeplock_release(struct sleeplock *lock) {
    acquire(&lock->lock);
    if (!lock->locked || lock->pid != this_proc()->pid)
        panic("sleeplock_release: process %d does not hold %s", this_proc()->pid, lock->name);
    lock->locked = false;
    lock->pid = 0;
    wakeup(lock);
    release(&lock->lock);
}

bool sleeplock_holding(struct sleeplock *lock) {
    acquire(&lock->lock);
    bool mine = lock->locked && lock->pid == this_proc()->pid;
    release(&lock->lock);
    return mine;
}
