// job ID PRIORITY RUN_MS [sleep=RUN:SLEEP] [yield=RUN] [prio=AT:NEW] [args=A,B,...]
//
// One job of a mix (mix.c has the meaning of the words). It works in units of a
// millisecond and marks what it does, so that the machine can tell the job's progress
// from the kernel's behaviour.
#include "mark.h"
#include "string.h"
#include "user.h"

#define NS_PER_MS   1000000UL
#define NS_PER_TICK 100UL // the machine's time base counts at 10 MHz

// A millisecond of work: 10 000 rounds of the loop, ten instructions each. Registers
// only, so that neither the memory nor the kernel makes it longer.
static void work_unit(void) {
    uint64_t rounds = 10000, a = 1, b = 2;
    __asm__ volatile("1: addi %0, %0, -1\n"
                     "   add  %1, %1, %2\n"
                     "   xor  %2, %2, %1\n"
                     "   slli %1, %1, 1\n"
                     "   srli %2, %2, 1\n"
                     "   add  %1, %1, %2\n"
                     "   xor  %2, %2, %1\n"
                     "   slli %1, %1, 1\n"
                     "   srli %2, %2, 1\n"
                     "   bnez %0, 1b\n"
                     : "+r"(rounds), "+r"(a), "+r"(b));
}

static struct {
    long id, priority, run;
    int keeps_default;           // asks for no priority
    long sleep_run, sleep_for;   // ms of work, then ms of sleep; 0: none
    long yield_run;              // ms of work, then sched_yield; 0: none
    long prio_at, prio_new;      // after prio_at ms of work; prio_new 0: none
    const char *first_arguments; // of setpriority, "A,B,..."; NULL: none
} job;

static void set_priority(long priority) {
    if (setpriority(priority) == priority)
        MARK(JOB_PRIORITY, job.id, priority);
}

static void sleep_for_ms(long ms) {
    uint64_t deadline = clock_ns() + (uint64_t)ms * NS_PER_MS;
    MARK(JOB_SLEEP, job.id, deadline / NS_PER_TICK);
    sleep_until_ns(deadline);
    MARK(JOB_AWAKE, job.id, 0);
}

static void run(void) {
    // Units until the next sleep and the next sched_yield.
    long until_sleep = job.sleep_run, until_yield = job.yield_run;
    MARK(JOB_START, job.id, 0);
    for (long done = 0; job.run == 0 || done < job.run;) {
        if (job.prio_new != 0 && done == job.prio_at)
            set_priority(job.prio_new);
        work_unit();
        done++;
        MARK(JOB_PROGRESS, job.id, done);
        if (job.sleep_run > 0 && --until_sleep == 0 && done != job.run) {
            sleep_for_ms(job.sleep_for);
            until_sleep = job.sleep_run;
        }
        if (job.yield_run > 0 && --until_yield == 0) {
            sched_yield();
            until_yield = job.yield_run;
        }
    }
    MARK(JOB_DONE, job.id, 0);
}

// Splits "A:B" at its colon; NULL if there is none.
static char *after_colon(char *text) {
    char *colon = strchr(text, ':');
    if (colon)
        *colon++ = 0;
    return colon;
}

static int parse_pair(char *text, long *first, long *second) {
    char *rest = after_colon(text);
    return rest && parse_number(text, first) && parse_number(rest, second);
}

static int parse_option(char *option) {
    if (strncmp(option, "sleep=", 6) == 0)
        return parse_pair(option + 6, &job.sleep_run, &job.sleep_for);
    if (strncmp(option, "yield=", 6) == 0)
        return parse_number(option + 6, &job.yield_run);
    if (strncmp(option, "prio=", 5) == 0)
        return parse_pair(option + 5, &job.prio_at, &job.prio_new);
    if (strncmp(option, "args=", 5) == 0) {
        job.first_arguments = option + 5;
        return 1;
    }
    return 0;
}

// Calls setpriority with each number of "A,B,...", and getpriority behind each.
static int try_arguments(const char *list) {
    char number[24];
    while (list) {
        const char *comma = strchr(list, ',');
        size_t length = comma ? (size_t)(comma - list) : strlen(list);
        long value;
        if (length >= sizeof number)
            return 0;
        memcpy(number, list, length);
        number[length] = 0;
        if (!parse_number(number, &value))
            return 0;
        set_priority(value);
        getpriority();
        list = comma ? comma + 1 : NULL;
    }
    return 1;
}

int main(int argc, char *argv[]) {
    job.keeps_default = argc >= 4 && strcmp(argv[2], "-") == 0;
    int valid = argc >= 4 && parse_number(argv[1], &job.id) &&
                (job.keeps_default || parse_number(argv[2], &job.priority)) &&
                parse_number(argv[3], &job.run) && job.run >= 0;
    for (int i = 4; valid && i < argc; i++)
        valid = parse_option(argv[i]);
    if (valid)
        valid = try_arguments(job.first_arguments);
    if (!valid) {
        dprintf(2, "usage: job ID PRIORITY RUN_MS [sleep=RUN:SLEEP] [yield=RUN] [prio=AT:NEW] [args=A,B,...]\n");
        return 2;
    }
    if (!job.keeps_default)
        set_priority(job.priority);
    run();
    return 0;
}
