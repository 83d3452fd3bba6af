// The mount table: which file system serves a path.
//
// Locks: the spinlock guards which mounts there are and how many use each; a mount with
// users stays as it is, so its file system is called without the lock. The sleeplock lets
// one mount(2) or umount2(2) at a time change the table.
#include "fs.h"
#include "errno.h"
#include "fcntl.h"
#include "printf.h"
#include "sleeplock.h"
#include "spinlock.h"
#include "string.h"

#define MOUNTS 8
enum { ROOT, DEV, TMP }; // these are always there; others come behind

static struct {
    struct spinlock lock;
    struct sleeplock change;
    struct mount mount[MOUNTS];
} table;

// Boot hart, or `change` held. The mount is not in use yet: nobody else sees it.
static int attach(struct mount *mount, const struct filesystem *fs, const char *source, const char *point) {
    int error = fs->mount(mount, source);
    if (error)
        return error;
    strlcpy(mount->point, point, PATH_LEN);
    acquire(&table.lock);
    mount->fs = fs;
    release(&table.lock);
    return 0;
}

void fs_init(void) {
    spinlock_init(&table.lock, "mount table");
    sleeplock_init(&table.change, "mount");
    if (attach(&table.mount[DEV], &dev_filesystem, "none", "/dev") ||
        attach(&table.mount[TMP], &tmp_filesystem, "none", "/tmp"))
        panic("cannot mount /dev and /tmp");
}

void fs_mount_root(void) {
    struct mount *root = &table.mount[ROOT];
    bool initrd = initrd_present();
    int error = attach(root, initrd ? &tmp_filesystem : &vfat_filesystem, "/dev/vda", "");
    if (error)
        panic("cannot mount the root file system"); // vfat has said why
    if (initrd)
        initrd_unpack(root);
}

// The mount that serves `absolute`, with one more user, and in *below the path inside it.
static struct mount *get_mount(const char *absolute, const char **below) {
    struct mount *best = NULL;
    size_t best_length = 0;
    acquire(&table.lock);
    for (struct mount *m = table.mount; m < table.mount + MOUNTS; m++) {
        size_t length = m->fs ? strlen(m->point) : 0;
        char behind = m->fs && strncmp(absolute, m->point, length) == 0 ? absolute[length] : 'x';
        if ((behind == '/' || behind == 0) && (!best || length > best_length)) {
            best = m;
            best_length = length;
        }
    }
    best->users++; // the root serves every path
    release(&table.lock);
    *below = absolute[best_length] ? absolute + best_length : "/";
    return best;
}

static void put_mount(struct mount *mount) {
    acquire(&table.lock);
    mount->users--;
    release(&table.lock);
}

int fs_open(const char *absolute, int flags, struct file **out) {
    struct file *file = file_alloc(flags);
    if (!file)
        return -ENFILE;

    const char *below;
    file->mount = get_mount(absolute, &below);
    file->is_root = absolute[1] == 0;
    int error = file->mount->fs->open(file->mount, file, below, flags);
    if (!error && (flags & O_DIRECTORY) && !file->ops->readdir)
        error = -ENOTDIR;
    if (!error && (flags & (O_ACCMODE | O_CREAT)) && file->ops->readdir)
        error = -EISDIR;
    if (error) {
        file_close(file);
        return error;
    }
    *out = file;
    return 0;
}

void fs_close(struct file *file) { put_mount(file->mount); }

int fs_unlink(const char *absolute) {
    const char *below;
    struct mount *mount = get_mount(absolute, &below);
    int error = mount->fs->unlink ? mount->fs->unlink(mount, below) : -EROFS;
    put_mount(mount);
    return error;
}

int fs_mkdir(const char *absolute) {
    const char *below;
    struct mount *mount = get_mount(absolute, &below);
    int error = mount->fs == &tmp_filesystem ? tmpfs_make_directory(mount, below) : -EROFS;
    put_mount(mount);
    return error;
}

static void mount_statfs(const struct mount *mount, struct statfs *st) {
    memset(st, 0, sizeof *st);
    mount->fs->statfs(mount, st);
}

int fs_statfs(const char *absolute, struct statfs *st) {
    struct file *file; // the path must exist
    int error = fs_open(absolute, O_RDONLY, &file);
    if (error)
        return error;
    mount_statfs(file->mount, st);
    file_close(file);
    return 0;
}

void fs_file_statfs(const struct file *file, struct statfs *st) {
    if (file->mount)
        mount_statfs(file->mount, st);
    else
        memset(st, 0, sizeof *st); // a pipe
}

static bool is_mount_point(const char *absolute) {
    for (int i = 0; i < MOUNTS; i++) {
        if (table.mount[i].fs && strcmp(table.mount[i].point, absolute) == 0)
            return true;
    }
    return false;
}

// `change` held.
static int mount_at(const char *source, const char *target, const struct filesystem *fs) {
    struct mount *free = NULL;
    for (int i = TMP + 1; i < MOUNTS && !free; i++) {
        if (!table.mount[i].fs)
            free = &table.mount[i];
    }
    if (!free)
        return -ENOMEM;
    if (target[1] == 0 || is_mount_point(target))
        return -EBUSY;
    // A disk has one cache and one mount at a time.
    for (int i = 0; i < MOUNTS; i++) {
        if (fs == &vfat_filesystem && table.mount[i].fs == fs)
            return -EBUSY;
    }
    return attach(free, fs, source, target);
}

int fs_mount(const char *source, const char *target, const char *type) {
    const struct filesystem *fs = strcmp(type, vfat_filesystem.name) == 0  ? &vfat_filesystem
                                  : strcmp(type, tmp_filesystem.name) == 0 ? &tmp_filesystem
                                                                           : NULL;
    struct file *directory;
    if (!fs)
        return -ENODEV;
    int error = fs_open(target, O_RDONLY | O_DIRECTORY, &directory);
    if (error)
        return error;
    file_close(directory);
    sleeplock_acquire(&table.change);
    error = mount_at(source, target, fs);
    sleeplock_release(&table.change);
    return error;
}

// `change` held.
static int unmount_at(const char *target) {
    struct mount *found = NULL;
    const struct filesystem *fs = NULL;
    int error = -EINVAL;

    acquire(&table.lock);
    for (int i = 0; i < MOUNTS; i++) {
        struct mount *m = &table.mount[i];
        if (m->fs && m->point[0] && strcmp(m->point, target) == 0)
            found = m;
    }
    if (found)
        error = found <= &table.mount[TMP] || found->users > 0 ? -EBUSY : 0;
    if (!error) {
        fs = found->fs;
        found->fs = NULL; // from now on nobody finds it; `change` keeps its slot
    }
    release(&table.lock);
    if (!error && fs->unmount)
        fs->unmount(found);
    return error;
}

int fs_unmount(const char *target) {
    sleeplock_acquire(&table.change);
    int error = unmount_at(target);
    sleeplock_release(&table.change);
    return error;
}

// A directory of the root's own file system.
static bool root_has(const char *path) {
    struct mount *root = &table.mount[ROOT];
    struct file *file = file_alloc(O_RDONLY);
    if (!file)
        return true;
    acquire(&table.lock);
    root->users++;
    release(&table.lock);
    file->mount = root;
    bool exists = root->fs->open(root, file, path, O_RDONLY) == 0;
    file_close(file);
    return exists;
}

const char *fs_mount_point(unsigned *index) {
    for (; *index + DEV <= TMP; ++*index) { // every other lies on a directory
        const char *point = table.mount[*index + DEV].point;
        if (!root_has(point))
            return point + 1;
    }
    return NULL;
}
