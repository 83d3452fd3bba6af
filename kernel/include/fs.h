// The name space: which file system a path leads to, and paths themselves.
//
//   /      the FAT volume of the disk, read-only     fs/fat_*.c
//   /dev   console, null                             fs/devfs.c
//   /tmp   files in memory                           fs/tmpfs.c
#pragma once
#include "file.h"

// One mounted file system. Paths handed to it are absolute below its own root ("/" is
// the root itself), already free of "." and "..".
struct filesystem {
    const char *mount_point;
    // Fills file->ops and the ops' own part of `file`. 0 or -errno.
    int (*open)(struct file *file, const char *path, int flags);
    int (*unlink)(const char *path); // [-EROFS]
};

extern const struct filesystem fat_filesystem, dev_filesystem, tmp_filesystem;

// Boot hart, once: makes the file systems ready that are not on a disk.
void fs_init(void);

void tmpfs_init(void);

// Mounts the disk's FAT volume at "/". Sleeps: called by the first process, in the
// kernel, before it executes init. Panics with the FatFs result's name if it cannot.
void fs_mount_root(void);

// The absolute path that `path` means in `cwd`: "." and empty components vanish, ".."
// takes its parent back, which must exist and be a directory. 0, -ENOENT, -ENOTDIR,
// -ENAMETOOLONG, or an error of the file system.
int path_resolve(const char *cwd, const char *path, char absolute[PATH_LEN]);

// The directories in "/" where other file systems are mounted: "/dev" …; NULL at the end.
const char *fs_mount_point(unsigned index);

// For absolute, resolved paths:
int fs_open(const char *absolute, int flags, struct file **out);
int fs_unlink(const char *absolute);
