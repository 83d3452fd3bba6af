// mkdir DIRECTORY...
#include "user.h"

int main(int argc, char *argv[]) {
    int status = 0;
    for (int i = 1; i < argc; i++) {
        int error = mkdir(argv[i]);
        if (error)
            dprintf(2, "mkdir: %s: %s\n", argv[i], strerror(error));
        status |= error != 0;
    }
    return status;
}
