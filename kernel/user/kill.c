// kill [-SIGNAL] PID...: SIGNAL is a number; 15 (SIGTERM) without it.
#include "user.h"

int main(int argc, char *argv[]) {
    long signal = SIGTERM, pid;
    int first = 1, status = 0;
    if (argc > 1 && argv[1][0] == '-' && parse_number(argv[1] + 1, &signal))
        first = 2;
    if (first == argc) {
        dprintf(2, "usage: kill [-SIGNAL] PID...\n");
        return 2;
    }
    for (int i = first; i < argc; i++) {
        int error = parse_number(argv[i], &pid) ? kill((int)pid, (int)signal) : -EINVAL;
        if (error) {
            dprintf(2, "kill: %s: %s\n", argv[i], strerror(error));
            status = 1;
        }
    }
    return status;
}
