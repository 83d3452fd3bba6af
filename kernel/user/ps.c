#include "user.h"

#define RECORDS 128

int main(void) {
    static struct procinfo records[RECORDS];
    static const char *const states[] = {"sleeping", "runnable", "running", "zombie"};
    int count = procinfo(records, RECORDS);
    if (count < 0) {
        dprintf(2, "ps: %s\n", strerror(count));
        return 1;
    }
    printf("%5s %5s %-8s %8s %4s %s\n", "PID", "PPID", "STATE", "PRIORITY", "HART", "NAME");
    for (int i = 0; i < count; i++) {
        const struct procinfo *p = &records[i];
        char hart[] = "   -"; // has not run yet
        if (p->hart >= 0) {
            hart[2] = p->hart < 10 ? ' ' : (char)('0' + p->hart / 10);
            hart[3] = (char)('0' + p->hart % 10);
        }
        printf("%5d %5d %-8s %8ld %s %s\n", p->pid, p->ppid, states[p->state], p->priority, hart, p->name);
    }
    return 0;
}
