// FAT16 and FAT32 volumes, read-only (fs/fat_*.c).
// "Microsoft Extensible Firmware Initiative FAT32 File System Specification",
// version 1.03; names of fields (BPB_BytsPerSec, DIR_FstClusHI …) are the specification's.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "file.h"

// Results have FatFs's names and numbers (elm-chan.org/fsw/ff/doc/rc.html), since those
// are what its users know how to look up.
enum fat_result {
    FR_OK = 0,
    FR_DISK_ERR = 1,       // the disk could not be read
    FR_INT_ERR = 2,        // the volume contradicts itself: a chain that loops, breaks off
                           // or leaves the volume
    FR_NOT_READY = 3,      // no disk
    FR_NO_FILE = 4,        // the last component does not exist
    FR_NO_PATH = 5,        // a component before it does not exist or is no directory
    FR_INVALID_NAME = 6,
    FR_NO_FILESYSTEM = 13, // no valid FAT16 or FAT32 volume on the disk
};

const char *fat_result_name(enum fat_result result);
int fat_result_errno(enum fat_result result); // 0 or -errno

enum fat_type { FAT16 = 16, FAT32 = 32 };

// A mounted volume. Constant after fat_mount(), hence read without a lock.
struct fat_volume {
    enum fat_type type;
    uint64_t start;            // byte offset of the volume on the disk
    uint32_t bytes_per_sector; // 512, 1024, 2048 or 4096
    uint32_t bytes_per_cluster;
    uint64_t fat_start;      // byte offsets on the disk: the active FAT,
    uint64_t root_start;     // the fixed root directory (FAT16 only),
    uint64_t data_start;     // and cluster 2
    uint32_t root_entries;   // of the fixed root directory (FAT16 only)
    uint32_t root_cluster;   // first cluster of the root directory (FAT32 only)
    uint32_t cluster_count;  // data clusters: valid numbers are 2 .. cluster_count + 1
};

// fat_disk.c: the disk as FAT sees it, with FAT's results. Fields on the disk are
// little-endian at any alignment.
enum fat_result fat_read_disk(uint64_t offset, void *to, uint32_t count);
static inline uint32_t le16(const uint8_t *p) { return (uint32_t)p[0] | (uint32_t)p[1] << 8; }
static inline uint32_t le32(const uint8_t *p) { return le16(p) | le16(p + 2) << 16; }

// fat_mount.c: finds the volume (bare, or the first FAT partition of an MBR) and checks
// its BIOS parameter block.
enum fat_result fat_mount(struct fat_volume *volume);

// mbr.c: byte offsets of the partitions whose type says FAT. Their number, 0-4; 0 also if
// the sector is no MBR.
unsigned mbr_fat_partitions(const uint8_t sector[512], uint64_t start[4]);

// fat_chain.c: cluster chains.
// FR_OK and the cluster after `cluster`, or 0 in *next at the end of the chain.
enum fat_result fat_next_cluster(const struct fat_volume *volume, uint32_t cluster, uint32_t *next);
// The byte offset on the disk of the node's `index`-th cluster; 0 in *at beyond the end
// of the chain. Moves the node's position memo.
enum fat_result fat_locate(const struct fat_volume *volume, struct fat_node *node, uint32_t index, uint64_t *at);

// fat_dir.c: directories.
#define FAT_DIRENT_BYTES 32u
struct fat_dirent {
    char name[NAME_LEN]; // UTF-8; the long name if there is one
    char short_name[13]; // "NAME.EXT"
    struct fat_node node;
};
void fat_root(const struct fat_volume *volume, struct fat_node *node);
// Reads the entry at or after byte `*position` of a directory and moves `*position`
// behind it. FR_NO_FILE at the end.
enum fat_result fat_read_dirent(const struct fat_volume *volume, struct fat_node *dir, uint32_t *position,
                                struct fat_dirent *entry);
// Walks an absolute path without "." and ".." from the root. Names compare without case.
enum fat_result fat_lookup(const struct fat_volume *volume, const char *path, struct fat_node *node);
