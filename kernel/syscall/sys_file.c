// System calls on files and descriptors: Linux's numbers and meanings. Each takes its
// arguments a0..a5 apart, checks them, and leaves the work to fs/.
#include "errno.h"
#include "fcntl.h"
#include "file.h"
#include "fs.h"
#include "pipe.h"
#include "proc.h"
#include "string.h"
#include "syscall_table.h"

#define IOV_MAX      16
#define MAX_RW_COUNT 0x7ffff000UL // no call moves more, as in Linux: results stay positive

struct iovec {
    uint64_t base, length;
};

static struct fd_table *files(void) { return &this_proc()->files; }

// The file behind a descriptor argument, which is an int whatever the register's upper half.
static struct file *arg_file(uint64_t fd) { return fd_get(files(), (int)fd); }

static size_t limited(uint64_t count) { return count < MAX_RW_COUNT ? count : MAX_RW_COUNT; }

// The absolute path meant by `path`, a user address. Descriptors of directories are not
// supported: a relative path needs AT_FDCWD.
static int arg_path(uint64_t dirfd, uint64_t path, char text[PATH_LEN]) {
    int64_t length = copyinstr(&this_proc()->vm, text, path, PATH_LEN);
    if (length < 0)
        return (int)length;
    return text[0] != '/' && (int)dirfd != AT_FDCWD ? -EBADF : 0;
}

static int64_t install(struct file *file, bool cloexec) {
    int fd = fd_install(files(), file, 0, cloexec);
    if (fd < 0)
        file_close(file);
    return fd;
}

// (int dirfd, const char *path, int flags, mode_t mode)
int64_t sys_openat(const uint64_t a[6]) {
    char path[PATH_LEN];
    int flags = (int)a[2];
    struct file *file;
    int error = arg_path(a[0], a[1], path);
    if (!error)
        error = file_open(files()->cwd, path, flags, &file);
    return error ? error : install(file, flags & O_CLOEXEC);
}

// (int fd)
int64_t sys_close(const uint64_t a[6]) { return fd_close(files(), (int)a[0]); }

// (int fd, void *buffer, size_t count)
int64_t sys_read(const uint64_t a[6]) {
    struct file *file = arg_file(a[0]);
    struct uio to = uio_user(a[1], limited(a[2]));
    return file ? file_read(file, &to) : -EBADF;
}

int64_t sys_write(const uint64_t a[6]) {
    struct file *file = arg_file(a[0]);
    struct uio from = uio_user(a[1], limited(a[2]));
    return file ? file_write(file, &from) : -EBADF;
}

// Vectors are read or written one after the other, up to the first that comes out short.
static int64_t transfer_vector(const uint64_t a[6], int64_t (*transfer)(struct file *, struct uio *)) {
    struct iovec iov[IOV_MAX];
    struct file *file = arg_file(a[0]);
    uint64_t count = a[2];
    if (!file)
        return -EBADF;
    if (count > IOV_MAX)
        return -EINVAL;
    if (copyin(&this_proc()->vm, iov, a[1], count * sizeof iov[0]))
        return -EFAULT;

    int64_t done = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (iov[i].length == 0)
            continue;
        struct uio u = uio_user(iov[i].base, limited(iov[i].length));
        int64_t n = transfer(file, &u);
        if (n < 0)
            return done ? done : n;
        done += n;
        if ((uint64_t)n < iov[i].length)
            break;
    }
    return done;
}

// (int fd, const struct iovec *vectors, int count)
int64_t sys_readv(const uint64_t a[6]) { return transfer_vector(a, file_read); }
int64_t sys_writev(const uint64_t a[6]) { return transfer_vector(a, file_write); }

// (int fd, off_t offset, int whence)
int64_t sys_lseek(const uint64_t a[6]) {
    struct file *file = arg_file(a[0]);
    return file ? file_seek(file, (int64_t)a[1], (int)a[2]) : -EBADF;
}

static int64_t stat_to_user(struct file *file, uint64_t address) {
    struct stat st;
    int error = file_stat(file, &st);
    return error ? error : copyout(&this_proc()->vm, address, &st, sizeof st);
}

// (int fd, struct stat *st)
int64_t sys_fstat(const uint64_t a[6]) {
    struct file *file = arg_file(a[0]);
    return file ? stat_to_user(file, a[1]) : -EBADF;
}

// (int dirfd, const char *path, struct stat *st, int flags)
int64_t sys_newfstatat(const uint64_t a[6]) {
    char path[PATH_LEN];
    struct file *file;
    int error = arg_path(a[0], a[1], path);
    if (!error)
        error = file_open(files()->cwd, path, O_RDONLY, &file);
    if (error)
        return error;
    int64_t result = stat_to_user(file, a[2]);
    file_close(file);
    return result;
}

// (int fd, struct dirent64 *buffer, size_t count)
int64_t sys_getdents64(const uint64_t a[6]) {
    struct file *file = arg_file(a[0]);
    struct uio to = uio_user(a[1], a[2]);
    return file ? file_readdir(file, &to) : -EBADF;
}

// (int fd, unsigned long request, void *argument)
int64_t sys_ioctl(const uint64_t a[6]) {
    struct file *file = arg_file(a[0]);
    return file ? file_ioctl(file, (uint32_t)a[1], a[2]) : -EBADF;
}

// (int fd)
int64_t sys_dup(const uint64_t a[6]) {
    struct file *file = arg_file(a[0]);
    return file ? install(file_dup(file), false) : -EBADF;
}

// (int fd, int newfd, int flags)
int64_t sys_dup3(const uint64_t a[6]) {
    struct file *file = arg_file(a[0]);
    int fd = (int)a[1];
    if ((int)a[0] == fd || ((int)a[2] & ~O_CLOEXEC))
        return -EINVAL;
    if (!file || fd < 0 || fd >= OPEN_MAX)
        return -EBADF;
    fd_close(files(), fd); // not open is fine
    return fd_install(files(), file_dup(file), fd, (int)a[2] & O_CLOEXEC);
}

// (int fds[2], int flags)
int64_t sys_pipe2(const uint64_t a[6]) {
    struct file *reader, *writer;
    bool cloexec = (int)a[1] & O_CLOEXEC;
    if ((int)a[1] & ~O_CLOEXEC)
        return -EINVAL;
    int error = pipe_open(&reader, &writer);
    if (error)
        return error;

    int fd[2];
    fd[0] = (int)install(reader, cloexec);
    fd[1] = (int)install(writer, cloexec);
    error = fd[0] < 0 || fd[1] < 0 ? -EMFILE : copyout(&this_proc()->vm, a[0], fd, sizeof fd);
    for (int i = 0; error && i < 2; i++) {
        if (fd[i] >= 0)
            fd_close(files(), fd[i]);
    }
    return error;
}

// (const char *path)
int64_t sys_chdir(const uint64_t a[6]) {
    char path[PATH_LEN], absolute[PATH_LEN];
    struct file *directory;
    int error = arg_path((uint64_t)AT_FDCWD, a[0], path);
    if (!error)
        error = path_resolve(files()->cwd, path, absolute);
    if (!error)
        error = fs_open(absolute, O_RDONLY | O_DIRECTORY, &directory);
    if (error)
        return error;
    file_close(directory);
    strlcpy(files()->cwd, absolute, PATH_LEN);
    return 0;
}

// (char *buffer, size_t size): the length with the NUL, as the Linux system call.
int64_t sys_getcwd(const uint64_t a[6]) {
    const char *cwd = files()->cwd;
    size_t size = strlen(cwd) + 1;
    if (a[1] < size)
        return -ERANGE;
    return copyout(&this_proc()->vm, a[0], cwd, size) ? -EFAULT : (int64_t)size;
}

// (int dirfd, const char *path, int flags)
int64_t sys_unlinkat(const uint64_t a[6]) {
    char path[PATH_LEN], absolute[PATH_LEN];
    if ((int)a[2] != 0)
        return -EINVAL; // AT_REMOVEDIR: no file system here has directories to remove
    int error = arg_path(a[0], a[1], path);
    if (!error)
        error = path_resolve(files()->cwd, path, absolute);
    return error ? error : fs_unlink(absolute);
}
