// Alternative: a binary heap, earliest pass at the root, passes of 32 bits that wrap.
#include <stddef.h>
#include "sched.h"

#define CAPACITY 4096

struct item {
    struct sched_entity *entity;
    uint32_t turn; // of enqueue; decides between equal passes
};

static struct item heap[CAPACITY];
static int size;
static uint32_t turns;

// V, and how often it has gone round: a sleeper remembers where V was in `key`.
static uint64_t global_pass;

static bool comes_before(const struct item *a, const struct item *b) {
    int32_t ahead = (int32_t)(a->entity->pass - b->entity->pass);
    return ahead < 0 || (ahead == 0 && (int32_t)(a->turn - b->turn) < 0);
}

static void swap(int i, int j) {
    struct item item = heap[i];
    heap[i] = heap[j];
    heap[j] = item;
}

static void push(struct sched_entity *e) {
    int i = size++;
    heap[i] = (struct item){e, turns++};
    for (; i > 0 && comes_before(&heap[i], &heap[(i - 1) / 2]); i = (i - 1) / 2)
        swap(i, (i - 1) / 2);
}

static struct sched_entity *pop(void) {
    if (size == 0)
        return NULL;
    struct sched_entity *first = heap[0].entity;
    heap[0] = heap[--size];
    for (int i = 0;;) {
        int least = i;
        for (int child = 2 * i + 1; child <= 2 * i + 2 && child < size; child++)
            if (comes_before(&heap[child], &heap[least]))
                least = child;
        if (least == i)
            return first;
        swap(i, least);
        i = least;
    }
}

static void advance(struct sched_entity *e, uint32_t used) {
    e->pass += (pass_t)((uint64_t)e->stride * used / SCHED_QUANTUM);
}

static void new_stride(struct sched_entity *e) {
    int64_t stride = BIG_STRIDE / e->priority;
    e->stride = stride > 0 ? (pass_t)stride : 1;
}

static void stride_init(int nhart) {
    (void)nhart;
    global_pass = sched_first_pass();
}

static void stride_enqueue(struct sched_entity *e, enum sched_why why, uint32_t used) {
    pass_t now = (pass_t)global_pass;
    if (why == SCHED_NEW) {
        new_stride(e);
        e->pass = now;
    } else if (why == SCHED_WAKE) {
        // How far V came meanwhile, laps and all, against how far ahead the sleeper was.
        uint64_t came = global_pass - e->key;
        pass_t ahead = e->pass - (pass_t)e->key;
        if ((int32_t)ahead <= 0 || came >= ahead)
            e->pass = now;
    } else {
        advance(e, used);
        int32_t behind = (int32_t)(now - e->pass);
        if (behind > (int32_t)(BIG_STRIDE / 2))
            e->pass = now - BIG_STRIDE / 2;
    }
    push(e);
}

static struct sched_entity *stride_pick(int hart) {
    (void)hart;
    struct sched_entity *e = pop();
    if (e) {
        int32_t step = (int32_t)(e->pass - (pass_t)global_pass);
        if (step > 0)
            global_pass += (uint32_t)step;
    }
    return e;
}

static void stride_block(struct sched_entity *e, uint32_t used) {
    advance(e, used);
    e->key = global_pass;
}

static int64_t stride_set_priority(struct sched_entity *e, int64_t priority) {
    if (priority < PRIORITY_MIN)
        return -1;
    e->priority = priority;
    new_stride(e);
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
