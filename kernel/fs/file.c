// The table of open files, and the operations that every kind of file shares.
#include "file.h"
#include "dirent.h"
#include "errno.h"
#include "fcntl.h"
#include "fs.h"
#include "printf.h"
#include "spinlock.h"
#include "string.h"

static struct {
    struct spinlock lock; // guards the references of every file
    struct file file[FILE_MAX];
} table;

void file_table_init(void) {
    spinlock_init(&table.lock, "file table");
    for (int i = 0; i < FILE_MAX; i++)
        sleeplock_init(&table.file[i].lock, "file");
}

struct file *file_alloc(int flags) {
    struct file *found = NULL;
    acquire(&table.lock);
    for (int i = 0; i < FILE_MAX && !found; i++) {
        if (table.file[i].references == 0) {
            found = &table.file[i];
            found->references = 1;
        }
    }
    release(&table.lock);
    if (found) {
        found->flags = flags & (O_ACCMODE | O_APPEND);
        found->ops = NULL;
        found->mount = NULL;
        found->is_root = false;
        found->offset = 0;
        memset(&found->node, 0, sizeof found->node);
    }
    return found;
}

struct file *file_dup(struct file *file) {
    acquire(&table.lock);
    file->references++;
    release(&table.lock);
    return file;
}

void file_close(struct file *file) {
    acquire(&table.lock);
    bool last = file->references == 1;
    if (!last)
        file->references--;
    release(&table.lock);
    if (!last)
        return;
    // Nobody else can reach the file now; it stays out of the table's reach until its
    // own release is over.
    if (file->ops && file->ops->release)
        file->ops->release(file);
    if (file->mount)
        fs_close(file);
    acquire(&table.lock);
    file->references = 0;
    release(&table.lock);
}

int file_open(const char *cwd, const char *path, int flags, struct file **out) {
    char absolute[PATH_LEN];
    int error = path_resolve(cwd, path, absolute);
    if (error)
        return error;
    if (path[strlen(path) - 1] == '/')
        flags |= O_DIRECTORY;
    return fs_open(absolute, flags, out);
}

static int64_t locked(struct file *file, struct uio *uio, int64_t (*operation)(struct file *, struct uio *)) {
    if (!file->ops->seekable)
        return operation(file, uio);
    sleeplock_acquire(&file->lock);
    int64_t result = operation(file, uio);
    sleeplock_release(&file->lock);
    return result;
}

int64_t file_read(struct file *file, struct uio *to) {
    if ((file->flags & O_ACCMODE) == O_WRONLY)
        return -EBADF;
    if (!file->ops->read)
        return file->ops->readdir ? -EISDIR : -EINVAL;
    return locked(file, to, file->ops->read);
}

int64_t file_write(struct file *file, struct uio *from) {
    if ((file->flags & O_ACCMODE) == O_RDONLY)
        return -EBADF;
    return file->ops->write ? locked(file, from, file->ops->write) : -EROFS;
}

// Positions of mount points in the directory "/": behind all that a file system has.
#define MOUNT_POSITION 0x80000000u

static int64_t read_mount_points(struct file *file, struct uio *to) {
    int64_t done = 0;
    unsigned index = (unsigned)(file->offset - MOUNT_POSITION);
    for (const char *name; (name = fs_mount_point(&index)); index++) {
        int64_t length = dirent_put(to, MOUNT_POSITION + index, MOUNT_POSITION + index + 1, DT_DIR, name);
        if (length <= 0)
            return done ? done : length ? length : -EINVAL;
        file->offset = MOUNT_POSITION + index + 1;
        done += length;
    }
    return done;
}

static int64_t readdir_root(struct file *file, struct uio *to) {
    if (file->offset < MOUNT_POSITION) {
        int64_t done = file->ops->readdir(file, to);
        if (done != 0)
            return done;
        // A reader comes back until there is nothing more: mount points are a delivery of their own.
        file->offset = MOUNT_POSITION;
    }
    return read_mount_points(file, to);
}

int64_t file_readdir(struct file *file, struct uio *to) {
    if (!file->ops->readdir)
        return -ENOTDIR;
    return locked(file, to, file->is_root ? readdir_root : file->ops->readdir);
}

int file_stat(struct file *file, struct stat *st) {
    memset(st, 0, sizeof *st);
    return file->ops->stat(file, st);
}

int file_ioctl(struct file *file, uint64_t request, uintptr_t argument) {
    return file->ops->ioctl ? file->ops->ioctl(file, request, argument) : -ENOTTY;
}

int64_t file_seek(struct file *file, int64_t offset, int whence) {
    struct stat st;
    if (!file->ops->seekable)
        return -ESPIPE;
    int error = file_stat(file, &st);
    if (error)
        return error;

    sleeplock_acquire(&file->lock);
    int64_t base = whence == SEEK_CUR ? (int64_t)file->offset : whence == SEEK_END ? st.st_size : 0;
    int64_t target;
    int64_t result = -EINVAL;
    if ((unsigned)whence <= SEEK_END && !__builtin_add_overflow(base, offset, &target) && target >= 0)
        result = (int64_t)(file->offset = (uint64_t)target);
    sleeplock_release(&file->lock);
    return result;
}

int64_t file_pread(struct file *file, void *buffer, size_t count, uint64_t offset) {
    struct uio to = uio_kernel(buffer, count);
    if (!file->ops->seekable || !file->ops->read)
        return file->ops->readdir ? -EISDIR : -ESPIPE;
    sleeplock_acquire(&file->lock);
    uint64_t before = file->offset;
    file->offset = offset;
    int64_t result = file->ops->read(file, &to);
    file->offset = before;
    sleeplock_release(&file->lock);
    return result;
}
