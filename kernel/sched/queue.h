// A list of runnable processes in the order of their arrival, for policies.
// Guarded by sched_lock.
#pragma once
#include <stddef.h>
#include "sched.h"

struct sched_queue {
    struct sched_entity *head, *tail;
};

static inline void queue_push_tail(struct sched_queue *q, struct sched_entity *e) {
    e->next = NULL;
    e->prev = q->tail;
    *(q->tail ? &q->tail->next : &q->head) = e;
    q->tail = e;
}

static inline void queue_push_head(struct sched_queue *q, struct sched_entity *e) {
    e->prev = NULL;
    e->next = q->head;
    *(q->head ? &q->head->prev : &q->tail) = e;
    q->head = e;
}

static inline void queue_remove(struct sched_queue *q, struct sched_entity *e) {
    *(e->prev ? &e->prev->next : &q->head) = e->next;
    *(e->next ? &e->next->prev : &q->tail) = e->prev;
    e->next = e->prev = NULL;
}

// The head, removed; NULL if there is none.
static inline struct sched_entity *queue_pop(struct sched_queue *q) {
    struct sched_entity *e = q->head;
    if (e)
        queue_remove(q, e);
    return e;
}

// For policies to which a priority is only a number: uCore's rule.
static inline int64_t note_priority(struct sched_entity *e, int64_t priority) {
    if (priority < PRIORITY_MIN)
        return -1;
    e->priority = priority;
    return priority;
}
