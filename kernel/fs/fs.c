// The mount table: which file system serves a path.
#include "fs.h"
#include "errno.h"
#include "fcntl.h"
#include "string.h"

// The first match counts; "/" is below everything and comes last.
static const struct filesystem *const mounts[] = {&dev_filesystem, &tmp_filesystem, &fat_filesystem};

void fs_init(void) { tmpfs_init(); }

const char *fs_mount_point(unsigned index) {
    bool below_root = index < sizeof mounts / sizeof mounts[0] && mounts[index] != &fat_filesystem;
    return below_root ? mounts[index]->mount_point : NULL;
}

// The file system that serves `absolute`, and in *below the path inside it.
static const struct filesystem *find_mount(const char *absolute, const char **below) {
    for (unsigned i = 0;; i++) {
        const struct filesystem *fs = mounts[i];
        size_t length = strlen(fs->mount_point);
        const char *rest = absolute + length;
        if (strncmp(absolute, fs->mount_point, length) == 0 && (*rest == '/' || *rest == 0)) {
            *below = *rest ? rest : "/";
            return fs;
        }
    }
}

int fs_open(const char *absolute, int flags, struct file **out) {
    const char *below;
    const struct filesystem *fs = find_mount(absolute, &below);
    struct file *file = file_alloc(flags);
    if (!file)
        return -ENFILE;

    int error = fs->open(file, below, flags);
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

int fs_unlink(const char *absolute) {
    const char *below;
    const struct filesystem *fs = find_mount(absolute, &below);
    return fs->unlink ? fs->unlink(below) : -EROFS;
}
