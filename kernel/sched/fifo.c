// First in, first out: a process runs until it blocks, exits or yields. The end of a
// quantum changes nothing.
#include "queue.h"

static struct sched_queue queue;

static void fifo_init(int nhart) { (void)nhart; }

static void fifo_enqueue(struct sched_entity *e, enum sched_why why, uint32_t used) {
    (void)used;
    if (why == SCHED_PREEMPTED)
        queue_push_head(&queue, e); // goes on
    else
        queue_push_tail(&queue, e);
}

static struct sched_entity *fifo_pick(int hart) {
    (void)hart;
    return queue_pop(&queue);
}

static void fifo_block(struct sched_entity *e, uint32_t used) { (void)e, (void)used; }

const struct sched_policy sched_fifo = {
    .name = "fifo",
    .init = fifo_init,
    .enqueue = fifo_enqueue,
    .pick = fifo_pick,
    .block = fifo_block,
    .set_priority = note_priority,
};
