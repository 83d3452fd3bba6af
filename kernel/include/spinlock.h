// Spinlocks: mutual exclusion among harts for a few instructions (sync/spinlock.c).
//
// A hart that holds one runs with interrupts off and must not sleep. Lock order (take
// the left one first; "," = never both):
//
//   wait_lock → proc lock → sched_lock
//   any lock used with sleep() or wakeup() → proc lock
//   sleepers_lock of a hart → proc lock
//   everything → printf's lock, page_lock
#pragma once
#include <stdbool.h>
#include <stdint.h>

// The machine's deadlock diagnosis reads this layout.
struct spinlock {
    uint32_t locked;  // 0 or 1
    int32_t hart;     // hartid of the holder, -1 if free
    const char *name; // for panics and diagnosis
    uintptr_t pc;     // where the holder acquired it
};

#define SPINLOCK(name_) {.locked = 0, .hart = -1, .name = (name_), .pc = 0}
void spinlock_init(struct spinlock *lock, const char *name);

// Spins until the lock is free, and takes it. Panics if this hart holds it already.
void acquire(struct spinlock *lock);
// Panics unless this hart holds it.
void release(struct spinlock *lock);
// Does this hart hold the lock? Interrupts must be off for "no" to mean anything.
bool holding(const struct spinlock *lock);

// Interrupts off on this hart until as many calls of intr_pop() as of intr_push();
// then as they were before the first.
void intr_push(void);
void intr_pop(void);
