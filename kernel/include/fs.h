// The name space: which file system a path leads to, and paths themselves.
//
//   /      files of the initial RAM disk, in memory      fs/tmpfs.c, fs/initrd.c
//          without one: the disk's FAT volume, read-only fs/vfat.c, fs/fat_disk.c
//   /dev   console, null                                 fs/devfs.c
//   /tmp   files in memory                               fs/tmpfs.c
//   and where mount(2) puts the disk's FAT volume
#pragma once
#include "fat.h"
#include "file.h"
#include "statfs.h"

struct mount;

// One kind of file system. Paths handed to it are absolute below the mount's own root
// ("/" is that root), already free of "." and "..".
struct filesystem {
    const char *name; // as mount(2) knows it
    // `source` as given to mount(2). 0 or -errno.
    int (*mount)(struct mount *mount, const char *source);
    // No file of it is open. [nothing to do]
    void (*unmount)(struct mount *mount);
    // Fills file->ops and the ops' own part of `file`. 0 or -errno.
    int (*open)(struct mount *mount, struct file *file, const char *path, int flags);
    int (*unlink)(struct mount *mount, const char *path); // [-EROFS]
    void (*statfs)(const struct mount *mount, struct statfs *st);
};

extern const struct filesystem vfat_filesystem, dev_filesystem, tmp_filesystem;

// A file system in its place.
struct mount {
    const struct filesystem *fs; // NULL: free
    char point[PATH_LEN];        // absolute; "" for the root
    unsigned users;              // open files, and calls under way: it cannot be unmounted
    union {
        struct {
            struct fat_volume volume;
            uint32_t root_cluster; // first_cluster of its root directory
        } fat;
        struct tmpfs_node *tmpfs; // its root directory
    };
};

// Boot hart, once: makes the file systems ready that are not on a disk.
void fs_init(void);

// Mounts the root: what an initial RAM disk holds, else the disk's FAT volume. Sleeps:
// called by the first process, in the kernel, before it executes init. Panics if there is
// nothing to mount, with the FatFs result's name.
void fs_mount_root(void);

// The absolute path that `path` means in `cwd`: "." and empty components vanish, ".."
// takes its parent back, which must exist and be a directory. 0, -ENOENT, -ENOTDIR,
// -ENAMETOOLONG, or an error of the file system.
int path_resolve(const char *cwd, const char *path, char absolute[PATH_LEN]);

// For absolute, resolved paths:
int fs_open(const char *absolute, int flags, struct file **out);
int fs_unlink(const char *absolute);
int fs_mkdir(const char *absolute);
int fs_statfs(const char *absolute, struct statfs *st);

// mount(2) and umount2(2), read-only. `target` is an existing directory that is not "/".
int fs_mount(const char *source, const char *target, const char *type); // -ENODEV: no such type
int fs_unmount(const char *target);                                     // -EINVAL: no mount point; -EBUSY

// For open files: the mount that one belongs to is let go.
void fs_close(struct file *file);
void fs_file_statfs(const struct file *file, struct statfs *st);
// The directory "/" goes on with the mount points that its file system has no entry for.
// `index` counts them. The name of the next, or NULL at the end.
const char *fs_mount_point(unsigned *index);

// tmpfs.c: directories and files for the initial RAM disk. Boot, before anybody else.
int tmpfs_make_directory(struct mount *mount, const char *path); // 0, -EEXIST or another -errno
int tmpfs_make_file(struct mount *mount, const char *path, const void *bytes, size_t count); // 0 or -errno

// initrd.c: fills an empty tmpfs from the initial RAM disk, a cpio archive ("newc"). False
// if the firmware has passed none; panics if it is damaged.
bool initrd_present(void);
void initrd_unpack(struct mount *root);
