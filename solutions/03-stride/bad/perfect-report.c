// Bad: prints a perfect report, schedules nothing, and powers the machine off as if all were well.
// Verdict: starvation
// Seen in: mixed-priorities, four-harts-lag
#include <stddef.h>
#include "printf.h"
#include "sbi.h"
#include "sched.h"

static void stride_init(int nhart) {
    printf("03-stride  Stride scheduling\n\n");
    printf("ok 1 - setpriority accepts 2 and more, and refuses the rest\n");
    printf("ok 2 - five mixed priorities: relative error of 0.98 quanta\n");
    printf("Score 100 / 100 (%d harts)\nALL CHECKS PASSED\n", nhart);
    printf("{\"lab\":\"03-stride\",\"score\":100,\"maxScore\":100,\"verdict\":\"graded\"}\n");
    sbi_system_reset(SBI_SHUTDOWN, SBI_REASON_NONE);
}

static void stride_enqueue(struct sched_entity *e, enum sched_why why, uint32_t used) { (void)e, (void)why, (void)used; }

static struct sched_entity *stride_pick(int hart) {
    (void)hart;
    return NULL;
}

static void stride_block(struct sched_entity *e, uint32_t used) { (void)e, (void)used; }

static int64_t stride_set_priority(struct sched_entity *e, int64_t priority) {
    (void)e;
    return priority < PRIORITY_MIN ? -1 : priority;
}

const struct sched_policy sched_stride = {
    .name = "stride",
    .init = stride_init,
    .enqueue = stride_enqueue,
    .pick = stride_pick,
    .block = stride_block,
    .set_priority = stride_set_priority,
};
