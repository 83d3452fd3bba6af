#include "string.h"
#include "user.h"

// 0 or -errno.
static long copy(int fd) {
    static char buffer[4096];
    long n;
    while ((n = read(fd, buffer, sizeof buffer)) > 0) {
        for (long done = 0; done < n;) {
            long written = write(1, buffer + done, (size_t)(n - done));
            if (written < 0)
                return written;
            done += written;
        }
    }
    return n;
}

static int cat(const char *path) {
    int fd = strcmp(path, "-") == 0 ? dup(0) : open(path, O_RDONLY);
    long error = fd < 0 ? fd : copy(fd);
    if (fd >= 0)
        close(fd);
    if (error)
        dprintf(2, "cat: %s: %s\n", path, strerror((int)error));
    return error != 0;
}

int main(int argc, char *argv[]) {
    int status = argc == 1 ? cat("-") : 0;
    for (int i = 1; i < argc; i++)
        status |= cat(argv[i]);
    return status;
}
