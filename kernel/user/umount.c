// umount DIRECTORY
#include "user.h"

int main(int argc, char *argv[]) {
    if (argc != 2) {
        dprintf(2, "usage: umount DIRECTORY\n");
        return 2;
    }
    int error = umount(argv[1]);
    if (error)
        dprintf(2, "umount: %s: %s\n", argv[1], error == -EINVAL ? "not a mount point" : strerror(error));
    return error ? 1 : 0;
}
