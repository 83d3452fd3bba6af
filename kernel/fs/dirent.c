// One record of getdents64(2), built the same way for every file system.
#include "dirent.h"
#include "errno.h"
#include "string.h"

int64_t dirent_put(struct uio *to, uint64_t inode, uint64_t next, uint8_t type, const char *name) {
    size_t name_size = strlen(name) + 1;
    size_t header = offsetof(struct dirent64, d_name);
    size_t length = (header + name_size + 7) & ~(size_t)7; // the next record is aligned
    if (length > to->left)
        return 0;

    struct dirent64 record;
    memset(&record, 0, sizeof record);
    record.d_ino = inode;
    record.d_off = (int64_t)next;
    record.d_reclen = (uint16_t)length;
    record.d_type = type;
    if (uio_put(to, &record, header) || uio_put(to, name, name_size) || uio_zero(to, length - header - name_size))
        return -EFAULT;
    return (int64_t)length;
}
