// Open files and directories of the disk's FAT volume: system calls on one side, lab 04's
// contract (fat.h) on the other.
#include "blk.h"
#include "dirent.h"
#include "errno.h"
#include "fcntl.h"
#include "fs.h"
#include "printf.h"
#include "string.h"

// FAT has no inode numbers: the first cluster is as unique, the root directory is 1, and
// all empty files share 0xffffffff since 0 means "no file" to readers of directories.
#define ROOT_INODE 1u

static uint64_t inode_number(const struct mount *mount, const struct fat_node *node) {
    if (node->directory && node->first_cluster == mount->fat.root_cluster)
        return ROOT_INODE;
    return node->first_cluster ? node->first_cluster : 0xffffffffu;
}

static int64_t vfat_read(struct file *file, struct uio *to) {
    const size_t wanted = to->left;
    if (file->offset > UINT32_MAX)
        return 0; // no file is so large
    enum fat_result result = fat_read(&file->mount->fat.volume, &file->node.fat, (uint32_t)file->offset, to);
    int64_t done = (int64_t)(wanted - to->left);
    file->offset += (uint64_t)done;
    return done || result == FR_OK ? done : fat_result_errno(result);
}

static int vfat_stat(struct file *file, struct stat *st) {
    const struct fat_node *node = &file->node.fat;
    st->st_ino = inode_number(file->mount, node);
    st->st_mode = (node->directory ? S_IFDIR : S_IFREG) | 0555;
    st->st_nlink = 1;
    st->st_size = node->size;
    st->st_blksize = (int32_t)file->mount->fat.volume.bytes_per_cluster;
    st->st_blocks = (int64_t)((uint64_t)node->size + 511) / 512;
    return 0;
}

// file->offset is the byte position of the next entry in the directory.
static int64_t vfat_readdir(struct file *file, struct uio *to) {
    struct fat_dirent entry;
    int64_t done = 0;

    if (file->offset > UINT32_MAX || file->offset % FAT_DIRENT_BYTES != 0)
        return -EINVAL; // lseek went where no entry begins
    for (;;) {
        uint32_t position = (uint32_t)file->offset;
        enum fat_result result = fat_read_dirent(&file->mount->fat.volume, &file->node.fat, &position, &entry);
        if (result == FR_NO_FILE)
            return done;
        int64_t length = result == FR_OK ? dirent_put(to, inode_number(file->mount, &entry.node), position,
                                                      entry.node.directory ? DT_DIR : DT_REG, entry.name)
                                         : fat_result_errno(result);
        if (length <= 0)
            return done ? done : length ? length : -EINVAL; // 0: not even one record fits
        file->offset = position;
        done += length;
    }
}

static const struct file_ops vfat_file_ops = {.seekable = true, .read = vfat_read, .stat = vfat_stat};
static const struct file_ops vfat_dir_ops = {.seekable = true, .readdir = vfat_readdir, .stat = vfat_stat};

static int vfat_open(struct mount *mount, struct file *file, const char *path, int flags) {
    enum fat_result result = fat_lookup(&mount->fat.volume, path, &file->node.fat);
    if (result == FR_NO_FILE && (flags & O_CREAT))
        return -EROFS;
    if (result != FR_OK)
        return fat_result_errno(result);
    if ((flags & O_CREAT) && (flags & O_EXCL))
        return -EEXIST;
    bool directory = file->node.fat.directory;
    if (!directory && ((flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC)))
        return -EROFS;
    file->ops = directory ? &vfat_dir_ops : &vfat_file_ops;
    return 0;
}

static void vfat_statfs(const struct mount *mount, struct statfs *st) {
    const struct fat_volume *v = &mount->fat.volume;
    st->f_type = MSDOS_SUPER_MAGIC;
    st->f_bsize = st->f_frsize = v->bytes_per_cluster;
    st->f_blocks = v->cluster_count;
    st->f_bfree = st->f_bavail = v->free_clusters == FAT_UNKNOWN ? STATFS_UNKNOWN : v->free_clusters;
    st->f_fsid[0] = (int32_t)v->serial;
    st->f_namelen = NAME_LEN - 1;
    st->f_flags = ST_VALID | ST_RDONLY;
    st->f_spare[0] = (v->dirty ? FAT_STATE_DIRTY : 0) | (v->hard_errors ? FAT_STATE_HARD_ERRORS : 0) |
                     (v->from_backup ? FAT_STATE_BACKUP : 0);
    st->f_spare[1] = v->next_free == FAT_UNKNOWN ? -1 : (int64_t)v->next_free;
    st->f_spare[2] = v->type;
}

// "/dev/vda", or "/dev/vda3" for a partition. False for anything else.
static bool parse_source(const char *source, unsigned *partition) {
    static const char disk[] = "/dev/vda";
    *partition = 0;
    if (strncmp(source, disk, sizeof disk - 1) != 0)
        return false;
    source += sizeof disk - 1;
    if (*source == 0)
        return true;
    for (; *source >= '0' && *source <= '9' && *partition < 1000; source++)
        *partition = *partition * 10 + (unsigned)(*source - '0');
    return *source == 0 && *partition > 0;
}

static int vfat_mount(struct mount *mount, const char *source) {
    struct fat_volume *volume = &mount->fat.volume;
    struct fat_node root;
    unsigned partition;
    if (!parse_source(source, &partition))
        return -ENOENT;

    blk_cache_drop(); // the medium may be another one since the last mount
    memset(volume, 0, sizeof *volume);
    enum fat_result result = fat_mount(volume, partition);
    if (result == FR_OK) {
        result = fat_lookup(volume, "/", &root);
        if (result != FR_OK)
            fat_unmount(volume);
    }
    if (result != FR_OK) {
        // A system call has but errno to say; this is FatFs's result.
        printf("mount: %s (%d)\n", fat_result_name(result), (int)result);
        return fat_result_errno(result);
    }
    mount->fat.root_cluster = root.first_cluster;
    return 0;
}

static void vfat_unmount(struct mount *mount) {
    fat_unmount(&mount->fat.volume);
    blk_cache_drop();
}

const struct filesystem vfat_filesystem = {
    .name = "vfat",
    .mount = vfat_mount,
    .unmount = vfat_unmount,
    .open = vfat_open,
    .statfs = vfat_statfs,
};
