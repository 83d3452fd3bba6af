// /dev: the console and the sink.
#include "console.h"
#include "dirent.h"
#include "errno.h"
#include "fs.h"
#include "string.h"

static int64_t null_read(struct file *file, struct uio *to) {
    (void)file, (void)to;
    return 0;
}

static int64_t null_write(struct file *file, struct uio *from) {
    (void)file;
    return (int64_t)from->left;
}

static int null_stat(struct file *file, struct stat *st) {
    (void)file;
    st->st_mode = S_IFCHR | 0666;
    st->st_nlink = 1;
    return 0;
}

static const struct file_ops null_file_ops = {.read = null_read, .write = null_write, .stat = null_stat};

static const struct {
    const char *name;
    const struct file_ops *ops;
} devices[] = {{"console", &console_file_ops}, {"null", &null_file_ops}};
#define DEVICES (sizeof devices / sizeof devices[0])

// file->offset counts entries.
static int64_t dev_readdir(struct file *file, struct uio *to) {
    int64_t done = 0;
    while (file->offset < DEVICES) {
        uint64_t i = file->offset;
        int64_t length = dirent_put(to, i + 2, i + 1, DT_CHR, devices[i].name);
        if (length <= 0)
            return done ? done : length ? length : -EINVAL;
        file->offset++;
        done += length;
    }
    return done;
}

static int dev_stat(struct file *file, struct stat *st) {
    (void)file;
    st->st_ino = 1;
    st->st_mode = S_IFDIR | 0555;
    st->st_nlink = 1;
    return 0;
}

static const struct file_ops dev_dir_ops = {.seekable = true, .readdir = dev_readdir, .stat = dev_stat};

static int dev_open(struct mount *mount, struct file *file, const char *path, int flags) {
    (void)mount, (void)flags;
    if (path[1] == 0) {
        file->ops = &dev_dir_ops;
        return 0;
    }
    for (unsigned i = 0; i < DEVICES; i++) {
        if (strcmp(path + 1, devices[i].name) == 0) {
            file->ops = devices[i].ops;
            return 0;
        }
    }
    return -ENOENT;
}

static int dev_mount(struct mount *mount, const char *source) {
    (void)mount, (void)source;
    return 0;
}

static void dev_statfs(const struct mount *mount, struct statfs *st) {
    (void)mount;
    st->f_type = TMPFS_MAGIC; // as Linux's devtmpfs
    st->f_bsize = st->f_frsize = 4096;
    st->f_namelen = NAME_LEN - 1;
}

const struct filesystem dev_filesystem = {
    .name = "devtmpfs", .mount = dev_mount, .open = dev_open, .statfs = dev_statfs};
