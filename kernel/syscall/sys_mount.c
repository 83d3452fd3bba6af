// System calls on file systems: Linux's numbers and meanings.
#include "errno.h"
#include "fcntl.h"
#include "fs.h"
#include "proc.h"
#include "syscall_table.h"

#define TYPE_LEN 16

// Copies the path at user address `from` in, and makes it absolute. The path as it was
// given stays in `given`.
static int resolved(uint64_t from, char given[PATH_LEN], char absolute[PATH_LEN]) {
    int64_t length = copyinstr(&this_proc()->vm, given, from, PATH_LEN);
    return length < 0 ? (int)length : path_resolve(this_proc()->files.cwd, given, absolute);
}

// (const char *source, const char *target, const char *type, unsigned long flags, const void *data)
int64_t sys_mount(const uint64_t a[6]) {
    char source[PATH_LEN], text[PATH_LEN], target[PATH_LEN], type[TYPE_LEN];
    int64_t length = copyinstr(&this_proc()->vm, source, a[0], PATH_LEN);
    if (length < 0)
        return length;
    length = copyinstr(&this_proc()->vm, type, a[2], sizeof type);
    if (length < 0)
        return length == -ENAMETOOLONG ? -ENODEV : length;
    if (a[3] & ~(uint64_t)MS_RDONLY)
        return -EINVAL;
    if (!(a[3] & MS_RDONLY))
        return -EROFS; // nothing here can be mounted for writing
    int error = resolved(a[1], text, target);
    return error ? error : fs_mount(source, target, type);
}

// (const char *target, int flags)
int64_t sys_umount2(const uint64_t a[6]) {
    char text[PATH_LEN], target[PATH_LEN];
    if ((int)a[1] != 0)
        return -EINVAL;
    int error = resolved(a[0], text, target);
    return error ? error : fs_unmount(target);
}

static int64_t to_user(uint64_t address, const struct statfs *st) {
    return copyout(&this_proc()->vm, address, st, sizeof *st);
}

// (const char *path, struct statfs *st)
int64_t sys_statfs(const uint64_t a[6]) {
    char text[PATH_LEN], absolute[PATH_LEN];
    struct statfs st;
    int error = resolved(a[0], text, absolute);
    if (!error)
        error = fs_statfs(absolute, &st);
    return error ? error : to_user(a[1], &st);
}

// (int fd, struct statfs *st)
int64_t sys_fstatfs(const uint64_t a[6]) {
    struct file *file = fd_get(&this_proc()->files, (int)a[0]);
    struct statfs st;
    if (!file)
        return -EBADF;
    fs_file_statfs(file, &st);
    return to_user(a[1], &st);
}

// (int dirfd, const char *path, mode_t mode)
int64_t sys_mkdirat(const uint64_t a[6]) {
    char text[PATH_LEN], absolute[PATH_LEN];
    int error = resolved(a[1], text, absolute);
    if (!error && text[0] != '/' && (int)a[0] != AT_FDCWD)
        error = -EBADF;
    return error ? error : fs_mkdir(absolute);
}
