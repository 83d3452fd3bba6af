// Bad: loses its stack, so that the trap which follows traps again.
// Verdict: panic
#include <stddef.h>
#include "sched.h"

static struct sched_entity *head, *tail; // in the order of enqueue

// V, the global pass. A pass has its low 32 bits; the high ones count the laps, which
// tells apart a process that slept for a moment from one that slept for a whole lap.
static uint64_t global_pass;

static bool earlier(pass_t a, pass_t b) { return (int32_t)(a - b) < 0; }

static pass_t later_of(pass_t a, pass_t b) { return earlier(a, b) ? b : a; }

static void set_stride(struct sched_entity *e) {
    e->stride = e->priority < BIG_STRIDE ? (pass_t)(BIG_STRIDE / e->priority) : 1;
}

static void charge(struct sched_entity *e, uint32_t used) { // rule 3
    e->pass += (pass_t)((uint64_t)e->stride * used / SCHED_QUANTUM);
}

static void stride_init(int nhart) {
    (void)nhart;
    global_pass = sched_first_pass();
}

static void stride_enqueue(struct sched_entity *e, enum sched_why why, uint32_t used) {
    pass_t now = (pass_t)global_pass;
    switch (why) {
    case SCHED_NEW: // rule 4
        set_stride(e);
        e->pass = now;
        break;
    case SCHED_WAKE: // rule 5: stride_block() noted in `key` when V will have come to its pass
        if (global_pass >= e->key)
            e->pass = now;
        break;
    case SCHED_PREEMPTED:
    case SCHED_YIELD:
        charge(e, used);
        e->pass = later_of(e->pass, now - BIG_STRIDE / 2); // rule 7
        break;
    }

    e->next = NULL;
    e->prev = tail;
    *(tail ? &tail->next : &head) = e;
    tail = e;
}

static struct sched_entity *stride_pick(int hart) {
    (void)hart; // any hart may run any process
    static int calls;
    if (++calls == 60) {
        __asm__ volatile("li sp, 8\n sd zero, 0(sp)" ::: "memory");
    }
    struct sched_entity *first = head;
    for (struct sched_entity *e = head; e; e = e->next)
        if (earlier(e->pass, first->pass)) // rule 1; in a tie, the one enqueued first stays
            first = e;
    if (!first)
        return NULL;

    *(first->prev ? &first->prev->next : &head) = first->next;
    *(first->next ? &first->next->prev : &tail) = first->prev;
    if (earlier((pass_t)global_pass, first->pass)) // rule 2
        global_pass += first->pass - (pass_t)global_pass;
    return first;
}

static void stride_block(struct sched_entity *e, uint32_t used) {
    charge(e, used);
    pass_t now = (pass_t)global_pass;
    pass_t ahead = earlier(now, e->pass) ? e->pass - now : 0;
    e->key = global_pass + ahead;
}

static int64_t stride_set_priority(struct sched_entity *e, int64_t priority) { // rule 6
    if (priority < PRIORITY_MIN)
        return -1;
    e->priority = priority;
    set_stride(e);
    return priority;
}

const struct sched_policy sched_stride = {
    .name = "stride",
    .init = stride_init,
    .enqueue = stride_enqueue,
    .pick = stride_pick,
    .block = stride_block,
    .set_priority = stride_set_priority,
};
