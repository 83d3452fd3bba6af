// A process's descriptors: numbers for open files.
#include "errno.h"
#include "file.h"
#include "string.h"

void fd_table_init(struct fd_table *table) {
    memset(table, 0, sizeof *table);
    memcpy(table->cwd, "/", 2);
}

void fd_table_copy(struct fd_table *child, const struct fd_table *parent) {
    *child = *parent;
    for (int fd = 0; fd < OPEN_MAX; fd++) {
        if (child->file[fd])
            file_dup(child->file[fd]);
    }
}

void fd_table_exec(struct fd_table *table) {
    for (int fd = 0; fd < OPEN_MAX; fd++) {
        if (table->cloexec >> fd & 1)
            fd_close(table, fd);
    }
}

void fd_table_close_all(struct fd_table *table) {
    for (int fd = 0; fd < OPEN_MAX; fd++)
        fd_close(table, fd);
}

struct file *fd_get(const struct fd_table *table, int fd) {
    return fd >= 0 && fd < OPEN_MAX ? table->file[fd] : NULL;
}

int fd_install(struct fd_table *table, struct file *file, int lowest, bool cloexec) {
    for (int fd = lowest; fd < OPEN_MAX; fd++) {
        if (!table->file[fd]) {
            table->file[fd] = file;
            table->cloexec = (table->cloexec & ~(1u << fd)) | (uint32_t)cloexec << fd;
            return fd;
        }
    }
    return -EMFILE;
}

int fd_close(struct fd_table *table, int fd) {
    struct file *file = fd_get(table, fd);
    if (!file)
        return -EBADF;
    table->file[fd] = NULL;
    table->cloexec &= ~(1u << fd);
    file_close(file);
    return 0;
}
