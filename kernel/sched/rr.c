// Round robin: one queue, a quantum each.
#include "queue.h"

static struct sched_queue queue;

static void rr_init(int nhart) { (void)nhart; }

static void rr_enqueue(struct sched_entity *e, enum sched_why why, uint32_t used) {
    (void)why, (void)used;
    queue_push_tail(&queue, e);
}

static struct sched_entity *rr_pick(int hart) {
    (void)hart;
    return queue_pop(&queue);
}

static void rr_block(struct sched_entity *e, uint32_t used) { (void)e, (void)used; }

const struct sched_policy sched_rr = {
    .name = "rr",
    .init = rr_init,
    .enqueue = rr_enqueue,
    .pick = rr_pick,
    .block = rr_block,
    .set_priority = note_priority,
};
