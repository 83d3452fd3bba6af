// Alternative: a table of runnable processes, searched from end to end, with passes of 64
// bits that never wrap.
#include <stddef.h>
#include "sched.h"

#define SLOTS 4096

static struct sched_entity *table[SLOTS]; // runnable; NULL in between
static int used_slots;                    // all runnable ones lie below
static uint64_t global_pass;              // V
static uint64_t enqueued;                 // how many ever, to tell who came first

// Ours, by process: the entity's own pass is too narrow for us.
static uint64_t turn_of[SLOTS];

#define pass_of(e) ((e)->key)

static uint64_t stride_of(const struct sched_entity *e) {
    return e->priority < BIG_STRIDE ? BIG_STRIDE / (uint64_t)e->priority : 1;
}

static void charge(struct sched_entity *e, uint32_t ticks) { pass_of(e) += stride_of(e) * ticks / SCHED_QUANTUM; }

static void stride_init(int nhart) {
    (void)nhart;
    global_pass = (1UL << 32) + sched_first_pass(); // room for what lies behind
}

static void stride_enqueue(struct sched_entity *e, enum sched_why why, uint32_t used) {
    uint64_t least = global_pass;
    if (why == SCHED_NEW)
        pass_of(e) = global_pass;
    if (why == SCHED_PREEMPTED || why == SCHED_YIELD) {
        charge(e, used);
        least -= BIG_STRIDE / 2;
    }
    if (pass_of(e) < least)
        pass_of(e) = least;

    int slot = 0;
    while (table[slot])
        slot++;
    table[slot] = e;
    turn_of[slot] = enqueued++;
    if (slot >= used_slots)
        used_slots = slot + 1;
}

static struct sched_entity *stride_pick(int hart) {
    (void)hart;
    int best = -1;
    for (int i = 0; i < used_slots; i++) {
        if (!table[i])
            continue;
        if (best < 0 || pass_of(table[i]) < pass_of(table[best]) ||
            (pass_of(table[i]) == pass_of(table[best]) && turn_of[i] < turn_of[best]))
            best = i;
    }
    if (best < 0)
        return NULL;
    struct sched_entity *e = table[best];
    table[best] = NULL;
    while (used_slots > 0 && !table[used_slots - 1])
        used_slots--;
    if (global_pass < pass_of(e))
        global_pass = pass_of(e);
    return e;
}

static void stride_block(struct sched_entity *e, uint32_t used) { charge(e, used); }

static int64_t stride_set_priority(struct sched_entity *e, int64_t priority) {
    return priority < PRIORITY_MIN ? -1 : (e->priority = priority);
}

const struct sched_policy sched_stride = {
    .name = "stride",
    .init = stride_init,
    .enqueue = stride_enqueue,
    .pick = stride_pick,
    .block = stride_block,
    .set_priority = stride_set_priority,
};
