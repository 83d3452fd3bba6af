// Stride scheduling: lab 03, yours to write.
//
// kernel/include/sched.h is the contract: what each function is called for and, at its
// end, the rules by number. The handout explains why they are what they are.
//
// This stub boots: it runs whoever became runnable first, whatever the priorities. All
// calls come with sched_lock held and interrupts off, so plain variables are safe here.
#include <stddef.h>
#include "sched.h"

static struct sched_entity *head, *tail; // runnable processes in the order of enqueue

static void stride_init(int nhart) {
    (void)nhart;
    // TODO: the global pass V starts at sched_first_pass().
}

static void stride_enqueue(struct sched_entity *e, enum sched_why why, uint32_t used) {
    (void)why, (void)used;
    // TODO: e's pass, by `why`:
    //   SCHED_NEW                     also its stride, from e->priority; rule 4
    //   SCHED_WAKE                    rule 5
    //   SCHED_PREEMPTED, SCHED_YIELD  charge `used` ticks, rule 3; then rule 7

    e->next = NULL;
    e->prev = tail;
    *(tail ? &tail->next : &head) = e;
    tail = e;
}

static struct sched_entity *stride_pick(int hart) {
    (void)hart;
    struct sched_entity *first = head;
    // TODO: the process with the earliest pass; in a tie, the one enqueued first; rule 1.
    if (!first)
        return NULL;

    *(first->prev ? &first->prev->next : &head) = first->next;
    *(first->next ? &first->next->prev : &tail) = first->prev;
    // TODO: V follows the pass of who is picked; rule 2.
    return first;
}

static void stride_block(struct sched_entity *e, uint32_t used) {
    (void)e, (void)used;
    // TODO: e ran `used` ticks and now sleeps, waits or exits: charge them; rule 3. Rule 5
    // will ask how long it was away: note here what you need for that.
}

static int64_t stride_set_priority(struct sched_entity *e, int64_t priority) {
    (void)e, (void)priority;
    // TODO: rule 6. -1 refuses.
    return -1;
}

const struct sched_policy sched_stride = {
    .name = "stride",
    .init = stride_init,
    .enqueue = stride_enqueue,
    .pick = stride_pick,
    .block = stride_block,
    .set_priority = stride_set_priority,
};
