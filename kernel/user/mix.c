// mix [FILE]: runs the jobs of a job mix, /etc/mix without an argument.
//
//   end MS                                  power the machine off at MS, whatever still runs
//   ID PRIORITY ARRIVE_MS RUN_MS [WORD...]  one job a line
//
// PRIORITY is what the job asks for before its work; with '-' it keeps the default.
// All times are whole milliseconds, counted from mix's start; work is CPU time of the job
// itself, 100 000 instructions a millisecond. RUN_MS 0 is endless, and needs an `end`.
//   sleep=RUN:SLEEP  after each RUN ms of work the job sleeps SLEEP ms
//   yield=RUN        after each RUN ms of work it calls sched_yield
//   prio=AT:NEW      after AT ms of work it calls setpriority(NEW)
//   args=A,B,...     before its own priority it calls setpriority with each of these
//   fork=1           made by fork and execve instead of spawn
// '#' begins a comment. Without `end`, mix waits for all jobs and exits with status 0, or
// with 1 if one did not end well. Bad input: status 2, and a message that names the line.
#include "mark.h"
#include "string.h"
#include "user.h"

#define JOBS_MAX  100
#define WORDS_MAX 8 // of a job's line
#define TEXT_MAX  16384
#define MS_MAX    1000000000L
#define ID_MAX    9999
#define NS_PER_MS 1000000UL

struct job {
    char *argv[1 + WORDS_MAX + 1]; // of /bin/job
    long id, arrive, run;
    unsigned line; // of the file
    int by_fork;
    int pid; // 0: not running
};

static struct job jobs[JOBS_MAX]; // in the order of arrival
static unsigned job_count;
static long end_ms; // 0: none
static char text[TEXT_MAX];

static const char *path = "/etc/mix";
static unsigned line_number;

static _Noreturn void bad(const char *what, const char *found) {
    dprintf(2, "mix: %s:%u: %s: '%s'\n", path, line_number, what, found);
    exit(2);
}

static long number(const char *word, long least, long most, const char *what) {
    long value;
    if (!parse_number(word, &value) || value < least || value > most)
        bad(what, word);
    return value;
}

// "A:B", each at least its minimum.
static void check_pair(const char *word, long first_least, long second_least, const char *what) {
    char first[24];
    const char *colon = strchr(word, ':');
    if (!colon || (size_t)(colon - word) >= sizeof first)
        bad(what, word);
    memcpy(first, word, (size_t)(colon - word));
    first[colon - word] = 0;
    number(first, first_least, MS_MAX, what);
    number(colon + 1, second_least, MS_MAX, what);
}

static void check_list(const char *word) {
    const char *what = "args: expected setpriority arguments A,B,...";
    for (const char *item = word; item;) {
        char one[24];
        long value;
        const char *comma = strchr(item, ',');
        size_t length = comma ? (size_t)(comma - item) : strlen(item);
        if (length >= sizeof one)
            bad(what, word);
        memcpy(one, item, length);
        one[length] = 0;
        if (!parse_number(one, &value))
            bad(what, word);
        item = comma ? comma + 1 : NULL;
    }
}

static void check_option(struct job *job, const char *word) {
    if (strncmp(word, "sleep=", 6) == 0)
        check_pair(word + 6, 1, 1, "sleep: expected RUN:SLEEP in ms, 1 or more each");
    else if (strncmp(word, "yield=", 6) == 0)
        number(word + 6, 1, MS_MAX, "yield: expected ms of work, 1 or more");
    else if (strncmp(word, "prio=", 5) == 0)
        check_pair(word + 5, 0, 1, "prio: expected AT:NEW, ms of work and a priority");
    else if (strncmp(word, "args=", 5) == 0)
        check_list(word + 5);
    else if (strcmp(word, "fork=1") == 0)
        job->by_fork = 1;
    else
        bad("expected sleep=, yield=, prio=, args= or fork=1", word);
}

// Splits a line into words. Their number.
static int split(char *line, char *words[WORDS_MAX + 1]) {
    int count = 0;
    for (;;) {
        while (*line == ' ' || *line == '\t' || *line == '\r')
            line++;
        if (*line == 0 || *line == '#') {
            words[count] = NULL;
            return count;
        }
        if (count == WORDS_MAX)
            bad("too many words from here on", line);
        words[count++] = line;
        while (*line && *line != ' ' && *line != '\t' && *line != '\r')
            line++;
        if (*line)
            *line++ = 0;
    }
}

// Keeps the jobs in the order of arrival, and of the file where they arrive together.
static void add_job(const struct job *job) {
    unsigned at = job_count++;
    for (; at > 0 && jobs[at - 1].arrive > job->arrive; at--)
        jobs[at] = jobs[at - 1];
    jobs[at] = *job;
}

static void parse_job(int count, char *words[]) {
    struct job job = {.argv = {"job"}, .line = line_number};
    if (count < 4)
        bad("expected ID PRIORITY ARRIVE_MS RUN_MS", words[0]);
    if (job_count == JOBS_MAX)
        bad("too many jobs; at most 100", words[0]);
    job.id = number(words[0], 1, ID_MAX, "expected `end MS`, or a job's id of 1 to 9999");
    for (unsigned i = 0; i < job_count; i++) {
        if (jobs[i].id == job.id)
            bad("another job has this id", words[0]);
    }
    if (strcmp(words[1], "-") != 0)
        number(words[1], -0x7fffffffffffffffL - 1, 0x7fffffffffffffffL, "priority: expected a number, or -");
    job.arrive = number(words[2], 0, MS_MAX, "arrival: expected ms, 0 or more");
    job.run = number(words[3], 0, MS_MAX, "run: expected ms of work, or 0 for endless");

    int argc = 1;
    for (int i = 0; i < count; i++) {
        if (i > 3)
            check_option(&job, words[i]);
        if (i != 2 && strcmp(words[i], "fork=1") != 0)
            job.argv[argc++] = words[i];
    }
    add_job(&job);
}

static void parse_line(char *line) {
    char *words[WORDS_MAX + 1];
    int count = split(line, words);
    if (count == 0)
        return;
    if (strcmp(words[0], "end") != 0) {
        parse_job(count, words);
        return;
    }
    if (count != 2 || end_ms != 0 || job_count != 0)
        bad("expected one `end MS`, before the jobs", words[0]);
    end_ms = number(words[1], 1, MS_MAX, "end: expected ms, 1 or more");
}

static void parse_mix(void) {
    long length = read_file(path, text, sizeof text);
    if (length < 0) {
        dprintf(2, "mix: %s: %s\n", path, strerror((int)length));
        exit(2);
    }
    for (char *line = text; line;) {
        char *newline = strchr(line, '\n');
        if (newline)
            *newline++ = 0;
        line_number++;
        parse_line(line);
        line = newline;
    }
    if (job_count == 0)
        bad("expected at least one job", "");
    for (unsigned i = 0; i < job_count && end_ms == 0; i++) {
        line_number = jobs[i].line;
        if (jobs[i].run == 0)
            bad("this job is endless (RUN_MS 0) and there is no `end MS`", jobs[i].argv[1]);
    }
}

static void start(struct job *job) {
    static char *const no_environment[] = {NULL};
    MARK(JOB_ARRIVE, job->id, 0);
    job->pid = job->by_fork ? fork() : spawn("/bin/job", job->argv);
    if (job->pid == 0) {
        int error = execve("/bin/job", job->argv, no_environment);
        dprintf(2, "mix: /bin/job: %s\n", strerror(error));
        exit(127);
    }
    if (job->pid < 0) {
        dprintf(2, "mix: cannot start job %ld: %s\n", job->id, strerror(job->pid));
        exit(1);
    }
}

// Takes note of jobs that have ended: all of them in time, or with WNOHANG those that
// have by now. 1 if one of them did not end well.
static int collect(unsigned *running, int options) {
    int failed = 0, status, pid;
    while (*running > 0 && (pid = waitpid(-1, &status, options)) > 0) {
        for (unsigned i = 0; i < job_count; i++) {
            if (jobs[i].pid != pid)
                continue;
            (*running)--;
            if (status != 0) {
                dprintf(2, "mix: job %ld ended with %s %d\n", jobs[i].id, WIFEXITED(status) ? "status" : "signal",
                        WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
                failed = 1;
            }
        }
    }
    return failed;
}

int main(int argc, char *argv[]) {
    if (argc > 2) {
        dprintf(2, "usage: mix [FILE]\n");
        return 2;
    }
    if (argc == 2)
        path = argv[1];
    parse_mix();

    MARK(MIX_START, 0, 0);
    uint64_t began = clock_ns();
    unsigned started = 0;
    for (; started < job_count && (end_ms == 0 || jobs[started].arrive < end_ms); started++) {
        sleep_until_ns(began + (uint64_t)jobs[started].arrive * NS_PER_MS);
        start(&jobs[started]);
    }

    unsigned running = started;
    if (end_ms != 0)
        sleep_until_ns(began + (uint64_t)end_ms * NS_PER_MS);
    int failed = collect(&running, end_ms != 0 ? WNOHANG : 0);
    if (running == 0 && started == job_count)
        MARK(MIX_DONE, 0, 0);
    if (end_ms != 0)
        power_off();
    return failed;
}
