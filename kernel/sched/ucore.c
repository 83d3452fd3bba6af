// uCore-SMP's scheduler, kept as a specimen to measure. It calls itself stride scheduling,
// and names things the other way round: what it adds is `pass`, what it adds to is `stride`.
// What it does, kept here:
//
//  - picks the smallest stride, 64 bits wide, in the order of the process table, and
//    passes over a process whose lock happens to be held;
//  - charges BIGSTRIDE / priority when it picks: a whole quantum in advance, however little
//    of it the process then uses;
//  - starts every process at stride 0, far behind the others when they have run a while, and
//    lets a waker keep the stride it had: both then run until they have caught up.
#include <stddef.h>
#include "proc.h"
#include "queue.h"

#define UCORE_BIGSTRIDE 0x7fffffffL

static struct sched_queue queue; // the order means nothing: the process table's counts
#define stride_of(e) ((e)->key)

static void ucore_init(int nhart) { (void)nhart; }

static void ucore_enqueue(struct sched_entity *e, enum sched_why why, uint32_t used) {
    (void)used;
    if (why == SCHED_NEW)
        stride_of(e) = 0;
    queue_push_tail(&queue, e);
}

static struct sched_entity *smallest(bool skip_locked) {
    struct sched_entity *best = NULL;
    for (struct sched_entity *e = queue.head; e; e = e->next) {
        if (skip_locked && __atomic_load_n(&e->proc->lock.locked, __ATOMIC_RELAXED))
            continue;
        bool smaller = !best || stride_of(e) < stride_of(best);
        bool earlier_slot = best && stride_of(e) == stride_of(best) && e->proc < best->proc;
        if (smaller || earlier_slot)
            best = e;
    }
    return best;
}

static struct sched_entity *ucore_pick(int hart) {
    (void)hart;
    struct sched_entity *e = smallest(true);
    if (!e)
        e = smallest(false); // uCore-SMP would go round and look again; our harts stop
    if (e) {
        queue_remove(&queue, e);
        stride_of(e) += (uint64_t)(UCORE_BIGSTRIDE / e->priority);
    }
    return e;
}

static void ucore_block(struct sched_entity *e, uint32_t used) { (void)e, (void)used; }

const struct sched_policy sched_ucore = {
    .name = "ucore",
    .init = ucore_init,
    .enqueue = ucore_enqueue,
    .pick = ucore_pick,
    .block = ucore_block,
    .set_priority = note_priority,
};
