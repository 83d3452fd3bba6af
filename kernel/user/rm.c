#include "user.h"

int main(int argc, char *argv[]) {
    int status = 0;
    for (int i = 1; i < argc; i++) {
        int error = unlink(argv[i]);
        if (error) {
            dprintf(2, "rm: %s: %s\n", argv[i], strerror(error));
            status = 1;
        }
    }
    return status;
}
