// Alternative: a sorted queue a hart, one virtual time for all. A process goes back to the
// hart that ran it last; a hart prefers its own queue, and takes from another one only what is
// earlier than anything of its own.
#include <stddef.h>
#include "param.h"
#include "sched.h"

static struct sched_entity *queues[NHART]; // earliest first
static int harts;
static int64_t global_pass; // V; 64 bits, so that it does not wrap
static int next_home;       // queue of the next newcomer

#define pass_of(e) (*(int64_t *)&(e)->key)

static int64_t pass_for(const struct sched_entity *e, uint32_t ticks) {
    int64_t stride = BIG_STRIDE / e->priority;
    return (stride > 0 ? stride : 1) * ticks / SCHED_QUANTUM;
}

static void stride_init(int nhart) {
    harts = nhart;
    global_pass = sched_first_pass();
}

static void stride_enqueue(struct sched_entity *e, enum sched_why why, uint32_t used) {
    switch (why) {
    case SCHED_NEW:
        pass_of(e) = global_pass;
        break;
    case SCHED_WAKE:
        if (pass_of(e) < global_pass)
            pass_of(e) = global_pass;
        break;
    case SCHED_PREEMPTED:
    case SCHED_YIELD:
        pass_of(e) += pass_for(e, used);
        if (pass_of(e) < global_pass - BIG_STRIDE / 2)
            pass_of(e) = global_pass - BIG_STRIDE / 2;
        break;
    }
    int home = e->hart >= 0 ? e->hart : next_home++ % harts;
    struct sched_entity **at = &queues[home];
    while (*at && pass_of(*at) <= pass_of(e)) // behind its equals
        at = &(*at)->next;
    e->next = *at;
    *at = e;
}

static struct sched_entity *stride_pick(int hart) {
    int best = hart;
    for (int i = 0; i < harts; i++)
        if (queues[i] && (!queues[best] || pass_of(queues[i]) < pass_of(queues[best])))
            best = i;
    struct sched_entity *e = queues[best];
    if (!e)
        return NULL;
    queues[best] = e->next;
    if (pass_of(e) > global_pass)
        global_pass = pass_of(e);
    return e;
}

static void stride_block(struct sched_entity *e, uint32_t used) { pass_of(e) += pass_for(e, used); }

static int64_t stride_set_priority(struct sched_entity *e, int64_t priority) {
    if (priority >= PRIORITY_MIN)
        return e->priority = priority;
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
