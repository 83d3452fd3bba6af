// Alternative: a sorted list behind a ticket lock of its own (self_locking), with passes of
// 64 bits.
#include <stddef.h>
#include "sched.h"

static uint32_t next_ticket, now_serving;

static void lock(void) {
    uint32_t mine = __atomic_fetch_add(&next_ticket, 1, __ATOMIC_RELAXED);
    while (__atomic_load_n(&now_serving, __ATOMIC_ACQUIRE) != mine)
        ;
}

static void unlock(void) { __atomic_store_n(&now_serving, now_serving + 1, __ATOMIC_RELEASE); }

static struct sched_entity *first; // sorted by pass; equals in the order of enqueue
static uint64_t global_pass;

#define pass_of(e) ((e)->key)

static void charge(struct sched_entity *e, uint32_t used) {
    uint64_t stride = e->priority >= BIG_STRIDE ? 1 : BIG_STRIDE / (uint64_t)e->priority;
    pass_of(e) += stride * used / SCHED_QUANTUM;
}

static void raise_to(struct sched_entity *e, uint64_t least) {
    if (pass_of(e) < least)
        pass_of(e) = least;
}

static void stride_init(int nhart) {
    (void)nhart;
    global_pass = BIG_STRIDE + (uint64_t)sched_first_pass();
}

static void stride_enqueue(struct sched_entity *e, enum sched_why why, uint32_t used) {
    lock();
    if (why == SCHED_NEW)
        pass_of(e) = 0;
    else
        charge(e, used); // nothing for a waker
    bool ran = why == SCHED_PREEMPTED || why == SCHED_YIELD;
    raise_to(e, ran ? global_pass - BIG_STRIDE / 2 : global_pass);

    struct sched_entity *before = NULL, *after = first;
    while (after && pass_of(after) <= pass_of(e)) {
        before = after;
        after = after->next;
    }
    e->next = after;
    *(before ? &before->next : &first) = e;
    unlock();
}

static struct sched_entity *stride_pick(int hart) {
    (void)hart;
    lock();
    struct sched_entity *e = first;
    if (e) {
        first = e->next;
        if (global_pass < pass_of(e))
            global_pass = pass_of(e);
    }
    unlock();
    return e;
}

static void stride_block(struct sched_entity *e, uint32_t used) {
    lock();
    charge(e, used);
    unlock();
}

static int64_t stride_set_priority(struct sched_entity *e, int64_t priority) {
    if (priority < PRIORITY_MIN)
        return -1;
    e->priority = priority; // only its own process, while it runs, touches it
    return priority;
}

const struct sched_policy sched_stride = {
    .name = "stride",
    .init = stride_init,
    .enqueue = stride_enqueue,
    .pick = stride_pick,
    .block = stride_block,
    .set_priority = stride_set_priority,
    .self_locking = true,
};
