// The first process. Opens the console for all others, then runs the script /etc/rc and
// ends with its status, which ends the system; without that script it keeps a shell alive.
#include "user.h"

static const char rc[] = "/etc/rc";

static int start_shell(const char *script) {
    char *argv[] = {"sh", (char *)(uintptr_t)script, NULL};
    int pid = spawn("/bin/sh", argv);
    if (pid < 0) {
        printf("init: /bin/sh: %s\n", strerror(pid));
        exit(1);
    }
    return pid;
}

// Orphans end up here too; they are buried on the way.
static int wait_for(int pid) {
    int status;
    while (waitpid(-1, &status, 0) != pid)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(void) {
    struct stat st;
    if (open("/dev/console", O_RDWR) != 0)
        exit(1);
    dup(0);
    dup(0);
    if (stat(rc, &st) == 0)
        return wait_for(start_shell(rc));
    for (;;)
        wait_for(start_shell(NULL));
}
