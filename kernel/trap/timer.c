#include "timer.h"
#include "errno.h"
#include "fdt.h"
#include "hart.h"
#include "proc.h"
#include "sbi.h"

#define NS_PER_SECOND 1000000000UL
#define NEVER         UINT64_MAX

uint64_t ticks_to_ns(uint64_t ticks) {
    uint64_t seconds = ticks / fdt.timebase, rest = ticks % fdt.timebase;
    return seconds * NS_PER_SECOND + rest * NS_PER_SECOND / fdt.timebase;
}

uint64_t ns_to_ticks(uint64_t ns) {
    uint64_t seconds = ns / NS_PER_SECOND, rest = ns % NS_PER_SECOND, ticks;
    if (__builtin_mul_overflow(seconds, fdt.timebase, &ticks))
        return NEVER;
    uint64_t fraction = (rest * fdt.timebase + NS_PER_SECOND - 1) / NS_PER_SECOND;
    return __builtin_add_overflow(ticks, fraction, &ticks) ? NEVER : ticks;
}

// A sleeper is woken by the hart it went to sleep on. That hart passes through its
// dispatcher then, which sets the timer; so nobody has to be told of an early deadline.

// sleepers_lock held.
static void insert_sleeper(struct hart *hart, struct proc *p) {
    struct proc **at = &hart->sleepers;
    while (*at && (*at)->deadline <= p->deadline)
        at = &(*at)->next_sleeper;
    p->next_sleeper = *at;
    *at = p;
    p->sleep_hart = hart;
}

// sleepers_lock held.
static void remove_sleeper(struct hart *hart, struct proc *p) {
    struct proc **at = &hart->sleepers;
    while (*at != p)
        at = &(*at)->next_sleeper;
    *at = p->next_sleeper;
    p->sleep_hart = NULL;
}

int sleep_until(uint64_t deadline) {
    struct proc *p = this_proc();
    int error = 0;
    if (deadline == NEVER)
        deadline--; // the timer would never be set for it
    intr_push();
    struct hart *hart = this_hart();
    acquire(&hart->sleepers_lock);
    intr_pop();
    if (time_now() < deadline) {
        p->deadline = deadline;
        insert_sleeper(hart, p);
        while (p->sleep_hart && !error)
            error = sleep_killable(&p->deadline, &hart->sleepers_lock);
        if (p->sleep_hart)
            remove_sleeper(hart, p);
    }
    release(&hart->sleepers_lock);
    return error;
}

static uint64_t first_deadline(struct hart *hart) {
    acquire(&hart->sleepers_lock);
    uint64_t deadline = hart->sleepers ? hart->sleepers->deadline : NEVER;
    release(&hart->sleepers_lock);
    return deadline;
}

void timer_start_quantum(uint64_t quantum_end) {
    struct hart *hart = this_hart();
    uint64_t deadline = first_deadline(hart);
    hart->quantum_end = quantum_end;
    sbi_set_timer(deadline < quantum_end ? deadline : quantum_end);
}

void timer_idle(void) { sbi_set_timer(first_deadline(this_hart())); }

bool timer_interrupt(void) {
    struct hart *hart = this_hart();
    uint64_t now = time_now();
    acquire(&hart->sleepers_lock);
    while (hart->sleepers && hart->sleepers->deadline <= now) {
        struct proc *p = hart->sleepers;
        remove_sleeper(hart, p);
        wakeup_proc(p, &p->deadline);
    }
    release(&hart->sleepers_lock);

    if (hart->proc && now >= hart->quantum_end)
        return true; // the dispatcher sets the timer again
    if (hart->proc)
        timer_start_quantum(hart->quantum_end);
    else
        timer_idle();
    return false;
}
