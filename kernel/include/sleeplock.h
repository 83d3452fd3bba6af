// Sleep locks: mutual exclusion among processes, for as long as disk I/O takes
// (sync/sleeplock.c). Process context only; never while a spinlock is held.
#pragma once
#include <stdbool.h>
#include "spinlock.h"

struct sleeplock {
    struct spinlock lock; // guards the fields below
    bool locked;
    int pid; // of the holder
    const char *name;
};

#define SLEEPLOCK(name_) {.lock = SPINLOCK("sleeplock"), .locked = false, .pid = 0, .name = (name_)}
void sleeplock_init(struct sleeplock *lock, const char *name);
void sleeplock_acquire(struct sleeplock *lock); // panics if this process holds it already
void sleeplock_release(struct sleeplock *lock);
bool sleeplock_holding(struct sleeplock *lock);
