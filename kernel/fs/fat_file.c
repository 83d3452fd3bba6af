// Open files and directories of the FAT volume, and its mount at "/".
#include "blk.h"
#include "dirent.h"
#include "errno.h"
#include "fat.h"
#include "fcntl.h"
#include "fs.h"
#include "printf.h"
#include "string.h"

static struct fat_volume root_volume; // constant once mounted

void fs_mount_root(void) {
    enum fat_result result = fat_mount(&root_volume);
    if (result != FR_OK)
        panic("cannot mount the root file system: %s (%d)", fat_result_name(result), (int)result);
}

// FAT has no inode numbers: the first cluster is as unique, the root directory is 1, and
// all empty files share 0xffffffff since 0 means "no file" to readers of directories.
#define ROOT_INODE 1u

static uint64_t inode_number(const struct fat_node *node) {
    if (node->directory && (node->first_cluster == 0 || node->first_cluster == root_volume.root_cluster))
        return ROOT_INODE;
    return node->first_cluster ? node->first_cluster : 0xffffffffu;
}

static int64_t fat_file_read(struct file *file, struct uio *to) {
    const struct fat_volume *volume = &root_volume;
    struct fat_node *node = &file->node.fat;
    int64_t done = 0;

    while (to->left > 0 && file->offset < node->size) {
        uint32_t within = (uint32_t)file->offset % volume->bytes_per_cluster;
        uint64_t part = volume->bytes_per_cluster - within;
        if (part > node->size - file->offset)
            part = node->size - file->offset;
        if (part > to->left)
            part = to->left;

        uint64_t at;
        int error = fat_result_errno(
            fat_locate(volume, node, (uint32_t)file->offset / volume->bytes_per_cluster, &at));
        if (!error && at == 0)
            error = -EIO; // the chain ends before the size in the directory entry does
        if (!error)
            error = blk_read(at + within, part, to);
        if (error)
            return done ? done : error;
        file->offset += part;
        done += (int64_t)part;
    }
    return done;
}

static int fat_stat(struct file *file, struct stat *st) {
    const struct fat_node *node = &file->node.fat;
    st->st_ino = inode_number(node);
    st->st_mode = (node->directory ? S_IFDIR : S_IFREG) | 0555;
    st->st_nlink = 1;
    st->st_size = node->size;
    st->st_blksize = (int32_t)root_volume.bytes_per_cluster;
    st->st_blocks = (node->size + 511) / 512;
    return 0;
}

// The root directory goes on, behind all positions of FAT entries, with the mount points
// that the volume has no directory for. The bytes delivered, or -errno.
#define MOUNT_POSITION 0x80000000u

static int64_t read_mount_points(struct file *file, struct uio *to) {
    int64_t done = 0;
    struct fat_node ignored;

    if (file->offset < MOUNT_POSITION)
        file->offset = MOUNT_POSITION;
    for (;; file->offset += FAT_DIRENT_BYTES) {
        unsigned index = (unsigned)(file->offset - MOUNT_POSITION) / FAT_DIRENT_BYTES;
        const char *path = fs_mount_point(index);
        if (!path)
            return done;
        if (fat_lookup(&root_volume, path, &ignored) == FR_OK)
            continue;
        int64_t length = dirent_put(to, MOUNT_POSITION + index, file->offset + FAT_DIRENT_BYTES, DT_DIR, path + 1);
        if (length <= 0)
            return done ? done : length ? length : -EINVAL;
        done += length;
    }
}

// file->offset is the byte position of the next entry in the directory.
static int64_t fat_readdir(struct file *file, struct uio *to) {
    struct fat_dirent entry;
    struct fat_node *dir = &file->node.fat;
    int64_t done = 0;

    if (file->offset > UINT32_MAX || file->offset % FAT_DIRENT_BYTES != 0)
        return -EINVAL; // lseek went where no entry begins
    while (file->offset < MOUNT_POSITION) {
        uint32_t position = (uint32_t)file->offset;
        enum fat_result result = fat_read_dirent(&root_volume, dir, &position, &entry);
        if (result == FR_NO_FILE)
            break;
        int64_t length = result == FR_OK ? dirent_put(to, inode_number(&entry.node), position,
                                                      entry.node.directory ? DT_DIR : DT_REG, entry.name)
                                         : fat_result_errno(result);
        if (length <= 0)
            return done ? done : length ? length : -EINVAL; // 0: not even one record fits
        file->offset = position;
        done += length;
    }
    // A reader comes back until there is nothing more: mount points are a delivery of their own.
    return done || inode_number(dir) != ROOT_INODE ? done : read_mount_points(file, to);
}

static const struct file_ops fat_file_ops = {.seekable = true, .read = fat_file_read, .stat = fat_stat};
static const struct file_ops fat_dir_ops = {.seekable = true, .readdir = fat_readdir, .stat = fat_stat};

static int fat_open(struct file *file, const char *path, int flags) {
    enum fat_result result = fat_lookup(&root_volume, path, &file->node.fat);
    if (result == FR_NO_FILE && (flags & O_CREAT))
        return -EROFS;
    if (result != FR_OK)
        return fat_result_errno(result);
    if ((flags & O_CREAT) && (flags & O_EXCL))
        return -EEXIST;
    bool directory = file->node.fat.directory;
    if (!directory && ((flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC)))
        return -EROFS;
    file->ops = directory ? &fat_dir_ops : &fat_file_ops;
    return 0;
}

const struct filesystem fat_filesystem = {.mount_point = "", .open = fat_open};
