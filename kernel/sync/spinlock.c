#include "spinlock.h"
#include "hart.h"
#include "printf.h"
#include "riscv.h"

void spinlock_init(struct spinlock *lock, const char *name) { *lock = (struct spinlock)SPINLOCK(name); }

// No inlining: the machine's deadlock diagnosis looks for a hart inside acquire().
__attribute__((noinline)) void acquire(struct spinlock *lock) {
    intr_push(); // an interrupt handler that wanted this lock would spin for ever
    if (holding(lock))
        panic("acquire: this hart holds %s already, since 0x%lx", lock->name, lock->pc);

    // Acquire order: nothing in the critical section may happen before the lock is ours.
    while (__atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE) != 0)
        while (__atomic_load_n(&lock->locked, __ATOMIC_RELAXED) != 0)
            spin_hint();
    __atomic_store_n(&lock->hart, (int32_t)this_hart()->hartid, __ATOMIC_RELAXED);
    lock->pc = (uintptr_t)__builtin_return_address(0);
}

__attribute__((noinline)) void release(struct spinlock *lock) {
    if (!holding(lock))
        panic("release: this hart does not hold %s", lock->name);
    lock->pc = 0;
    __atomic_store_n(&lock->hart, -1, __ATOMIC_RELAXED);
    // Release order: the next holder sees everything the critical section did.
    __atomic_store_n(&lock->locked, 0, __ATOMIC_RELEASE);
    intr_pop();
}

// The fields may be another hart's business at this moment, but only this hart writes
// its own hartid into them.
bool holding(const struct spinlock *lock) {
    return __atomic_load_n(&lock->locked, __ATOMIC_RELAXED) != 0 &&
           __atomic_load_n(&lock->hart, __ATOMIC_RELAXED) == (int32_t)this_hart()->hartid;
}

void intr_push(void) {
    bool before = intr_enabled();
    intr_off();
    struct hart *hart = this_hart();
    if (hart->intr_depth++ == 0)
        hart->intr_before = before;
}

void intr_pop(void) {
    struct hart *hart = this_hart();
    if (intr_enabled())
        panic("intr_pop: interrupts are on");
    if (hart->intr_depth < 1)
        panic("intr_pop without intr_push");
    if (--hart->intr_depth == 0 && hart->intr_before)
        intr_on();
}
