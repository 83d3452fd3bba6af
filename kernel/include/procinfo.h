// What system call 401, procinfo(buffer, count), tells about each process: fills up to
// `count` records and returns how many there are. Shared by the kernel and `ps`.
#pragma once
#include <stdint.h>

#define PROCINFO_NAME 16

enum procinfo_state { PROCINFO_SLEEPING, PROCINFO_RUNNABLE, PROCINFO_RUNNING, PROCINFO_ZOMBIE };

struct procinfo {
    int32_t pid;
    int32_t ppid; // 0: none
    int32_t state;
    int32_t hart; // where it runs or ran last; -1: has not run
    int64_t priority;
    char name[PROCINFO_NAME]; // last component of the program's path, NUL-terminated
};
