// Files read whole.
#include "user.h"

long read_file(const char *path, char *buffer, size_t size) {
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return fd;
    size_t length = 0;
    long n;
    while ((n = read(fd, buffer + length, size - length)) > 0)
        length += (size_t)n;
    close(fd);
    if (n < 0)
        return n;
    if (length == size)
        return -EFBIG;
    buffer[length] = 0;
    return (long)length;
}
