// FAT16 and FAT32 volumes, read-only: the contract of lab 04.
//
// Yours (labs/04-fat, the reference in solutions/04-fat): the five functions of "The
// subsystem" below. The kernel's: fs/vfat.c, which calls them for system calls, and
// fs/fat_disk.c, which they call to read the disk.
//
// [FAT] is "Microsoft Extensible Firmware Initiative FAT32 File System Specification",
// version 1.03, 2000; names of fields (BPB_BytsPerSec, DIR_FstClusHI ...) are its own.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "uio.h"

#define NAME_LEN 256 // longest file name with its NUL, in bytes of UTF-8

// Results have FatFs's names and numbers (elm-chan.org/fsw/ff/doc/rc.html), since those
// are what one can look up.
enum fat_result {
    FR_OK = 0,
    FR_DISK_ERR = 1,           // the disk reported an error
    FR_INT_ERR = 2,            // the volume contradicts itself; rules 8 to 11
    FR_NOT_READY = 3,          // no disk
    FR_NO_FILE = 4,            // the last component of a path does not exist
    FR_NO_PATH = 5,            // one before it does not exist, or is no directory
    FR_NO_FILESYSTEM = 13,     // no FAT16 or FAT32 volume; rules 1 to 4
    FR_NOT_ENOUGH_CORE = 17,   // no memory
    FR_INVALID_PARAMETER = 19, // a read's destination is no memory of the process
};

enum fat_type { FAT16 = 16, FAT32 = 32 };

#define FAT_UNKNOWN 0xffffffffu

// A mounted volume. fat_mount() fills it in. Afterwards several harts use it at the same
// time, without a lock: leave it as it is, or guard what you change by a lock of your own
// (sleeplock.h: reading the disk sleeps, which nobody may do with a spinlock held).
struct fat_volume {
    // For statfs(2), ls -l and df:
    enum fat_type type;
    uint32_t bytes_per_sector;  // of the volume, 512 to 4096; the disk's own are 512
    uint32_t bytes_per_cluster;
    uint32_t cluster_count;     // clusters with data: their numbers are 2 .. cluster_count + 1
    uint32_t free_clusters;     // as FSInfo says, or FAT_UNKNOWN; rule 6
    uint32_t next_free;         // the same
    uint32_t serial;            // BS_VolID
    bool dirty;                 // not unmounted properly; rule 7
    bool hard_errors;           // whoever used it last met unreadable sectors; rule 7
    bool from_backup;           // mounted by its backup boot sector; rule 5
    // For you, and nobody else. All offsets are in bytes from the beginning of the disk.
    uint64_t start;             // the volume
    uint64_t end;               // the first byte behind it
    uint64_t fat_start;         // the FAT to be used
    uint64_t root_start;        // root directory of FAT16
    uint64_t data_start;        // cluster 2
    uint32_t root_entries;      // of the root directory of FAT16
    uint32_t root_cluster;      // first of the root directory of FAT32
    void *own;                  // whatever you want to remember; NULL before fat_mount()
};

// A file or a directory as an open file has it. It is in one pair of hands at a time (the
// open file's sleeplock is held), may be copied, and is forgotten without notice.
struct fat_node {
    uint32_t first_cluster; // 0: an empty file, or the root directory of FAT16
    uint32_t size;          // bytes; 0 for a directory
    bool directory;
    uint32_t memo[4];       // yours, zero at first: where the last read was, for instance
};

// One entry of a directory.
struct fat_dirent {
    char name[NAME_LEN]; // UTF-8; the long name if there is one
    struct fat_node node;
};

// The subsystem -------------------------------------------------------------------------
// Called in process context, interrupts on, no spinlock held: all may sleep. Kernel stacks
// have 16 KiB; a frame of 2 KiB is fine, one of 8 is not.

// Finds a volume on the disk and fills *volume, which is zero. `partition` 0: wherever
// there is one; n: in partition n and nowhere else. FR_OK, FR_NO_FILESYSTEM, FR_NOT_READY,
// FR_DISK_ERR or FR_NOT_ENOUGH_CORE. After any but FR_OK you are not called again for it.
//
// 1. Where. Sector 0 is a boot sector (the disk is one volume), or else a master boot
//    record: bytes 55 AA at 510, four entries at 446. An entry counts if its status is 00
//    or 80, its type one of 01 04 06 0B 0C 0E, and its first sector is not 0 and is on the
//    disk. Types 05, 0F and 85 are extended partitions: chains of records that are made the
//    same way, whose first entry is a logical partition (its first sector counts from this
//    record) and whose second is the next record (it counts from the extended partition).
//    Partitions 1 to 4 are the entries of sector 0, 5 and more the logical ones in the order
//    of the chain. `partition` 0 tries the whole disk, then partitions in ascending order;
//    the first volume is taken. An entry of type EE announces a GPT: FR_NO_FILESYSTEM.
//    All these count sectors of 512 bytes. Chains of records may be damaged as well.
// 2. Boot sector. It counts if 0 is EB .. 90 or E9, 510 is 55 AA (whatever the sector's
//    size), BPB_BytsPerSec is 512, 1024, 2048 or 4096, BPB_SecPerClus a power of two,
//    BPB_RsvdSecCnt and BPB_NumFATs are not 0, there is room for at least one cluster, all
//    of the volume is on the disk, and the FAT has an entry for every cluster.
// 3. Type. The number of clusters decides, nothing else: from 4085 on FAT16, from 65525 on
//    FAT32. Below that it would be FAT12, which we do not read: FR_NO_FILESYSTEM.
// 4. FAT16 has a root directory in a place of its own (BPB_RootEntCnt is not 0). FAT32 has
//    none (it is 0): it begins at BPB_RootClus, a valid cluster number; BPB_FSVer is 0; and
//    if bit 7 of BPB_ExtFlags is set, only the FAT that bits 0-3 name is current.
// 5. Backup. Where sector 0 of a FAT32 volume does not count, its sector 6 may hold a copy
//    that does, and that says of itself (BPB_BkBootSec) that it is in sector 6. The volume's
//    sectors may have any of the four sizes. On a whole disk this comes last, after the
//    partitions.
// 6. FSInfo (FAT32, sector BPB_FSInfo): believed only if its three signatures are right. A
//    free count above cluster_count, or a next free cluster that does not exist, is
//    FAT_UNKNOWN; so are both for FAT16.
// 7. Entry 1 of the FAT: `dirty` if ClnShutBitMask is clear, `hard_errors` if HrdErrBitMask
//    is. Neither keeps us from reading.
enum fat_result fat_mount(struct fat_volume *volume, unsigned partition);

// The volume is not used any more, and no call is under way: frees what fat_mount() got.
void fat_unmount(struct fat_volume *volume);

// The file at `path`: absolute, components separated by one '/', none of them "." or "..";
// "/" is the root directory. Names are compared with the long and with the short name,
// letters a-z without case. FR_OK and *node; FR_NO_FILE, FR_NO_PATH, FR_INT_ERR,
// FR_DISK_ERR.
enum fat_result fat_lookup(const struct fat_volume *volume, const char *path, struct fat_node *node);

// The directory's first entry at or behind byte *position (a multiple of 32), and moves
// *position behind it. FR_OK and *entry; FR_NO_FILE if there is none; FR_INT_ERR,
// FR_DISK_ERR. Deleted entries, volume labels, "." and ".." are passed over.
// 8. A long name counts if its entries lie right before the short one, last piece first and
//    none missing, all with the checksum of the short name; if it has at most 255 units of
//    UTF-16, all surrogates in pairs; and if it fits into NAME_LEN. Else the short name is
//    the name: 05 at its beginning means E5, DIR_NTRes may ask for lower-case letters, and
//    bytes from 80 on are given as they are.
// 9. A directory ends at an entry that begins with 00, or with its chain, or (the root of
//    FAT16) after BPB_RootEntCnt entries. One of more than 65536 entries is FR_INT_ERR.
enum fat_result fat_read_dirent(const struct fat_volume *volume, struct fat_node *dir, uint32_t *position,
                                struct fat_dirent *entry);

// Delivers the file's bytes from `offset` on, until `to` is full (to->left is 0) or the file
// ends. FR_OK; FR_INT_ERR, FR_DISK_ERR or FR_INVALID_PARAMETER, maybe with a part delivered.
// 10. A cluster number in a chain is 2 .. cluster_count + 1. FFF8 and above (FAT16) or
//     0FFFFFF8 and above (FAT32, whose upper four bits do not count) end the chain. Every
//     other value, and an end before the file's size, is FR_INT_ERR. So is a size above 0
//     with first cluster 0, and a directory that has none.
// 11. So is a chain that comes back to itself. It must be noticed before three times as many
//     clusters have been passed as it has.
// 12. No read of the disk is outside of the volume, but for rule 1; none is repeated without
//     need. In particular, going on where the last read of this node ended does not walk the
//     chain from its beginning.
enum fat_result fat_read(const struct fat_volume *volume, struct fat_node *node, uint32_t offset, struct uio *to);

// Between the files of the stub -----------------------------------------------------------
// How stub and reference part the work. The kernel calls none of these; if you part it in
// another way, declare your own functions in a header beside your files.

#define PARTITIONS_MAX 64 // how many logical partitions anybody needs, and a limit to chains

struct partition {
    unsigned number; // 1 to 4, or 5 and more
    uint64_t start;  // byte on the disk
};

// mbr.c: the partitions of a FAT type, in ascending order, and their number in *count
// (0 if `sector`, the disk's first, is no MBR or announces a GPT). Rule 1.
enum fat_result mbr_partitions(const uint8_t sector[512], struct partition list[PARTITIONS_MAX], unsigned *count);

// fat_chain.c. FR_OK and the cluster behind `cluster`, or 0 in *next at the end of the
// chain; FR_INT_ERR, FR_DISK_ERR. Rule 10.
enum fat_result fat_next_cluster(const struct fat_volume *volume, uint32_t cluster, uint32_t *next);
// Where on the disk the node's `index`-th cluster is; 0 in *at behind the end of its chain.
// FR_INT_ERR, FR_DISK_ERR. Rules 10 to 12.
enum fat_result fat_locate(const struct fat_volume *volume, struct fat_node *node, uint32_t index, uint64_t *at);

#define FAT_DIRENT_BYTES 32u

// The disk (fs/fat_disk.c) --------------------------------------------------------------
// Cached in blocks of 4096 bytes. FR_OK, FR_NOT_READY (no disk), FR_DISK_ERR (also beyond
// the disk's end); fat_copy_disk() also FR_INVALID_PARAMETER.

uint64_t fat_disk_size(void); // bytes; 0 without a disk
enum fat_result fat_read_disk(uint64_t offset, void *to, uint32_t count);
enum fat_result fat_copy_disk(uint64_t offset, struct uio *to, uint32_t count); // advances `to`

// Fields on the disk are little-endian, at any alignment.
static inline uint32_t le16(const uint8_t *p) { return (uint32_t)p[0] | (uint32_t)p[1] << 8; }
static inline uint32_t le32(const uint8_t *p) { return le16(p) | le16(p + 2) << 16; }

// What results are to people and to system calls.
const char *fat_result_name(enum fat_result result); // "FR_NO_FILESYSTEM"
int fat_result_errno(enum fat_result result);        // 0 or -errno
