// Alternative: the whole FAT is read when the volume is mounted, into pages of its own; chains are
// followed in memory, and the disk is asked for contents alone.
//
// Mounting: finds a FAT volume on the disk and believes nothing that it says of itself
// before it is checked. Sections are those of [FAT] (fat.h).
#include "fat.h"
#include "cached_fat.h"

// Boot sector and BPB, byte offsets [section "Boot Sector and BPB"].
#define BS_jmpBoot        0
#define BPB_BytsPerSec   11
#define BPB_SecPerClus   13
#define BPB_RsvdSecCnt   14
#define BPB_NumFATs      16
#define BPB_RootEntCnt   17
#define BPB_TotSec16     19
#define BPB_FATSz16      22
#define BPB_TotSec32     32
#define BS_VolID16       39 // FAT16
#define BPB_FATSz32      36 // FAT32, from here on
#define BPB_ExtFlags     40
#define BPB_FSVer        42
#define BPB_RootClus     44
#define BPB_FSInfo       48
#define BPB_BkBootSec    50
#define BS_VolID32       67
#define BS_Signature    510 // whatever the size of a sector

#define EXTFLAGS_NO_MIRROR 0x80u // only the FAT numbered by the low four bits is current

// [section "FAT Type Determination"]
#define FAT16_MIN_CLUSTERS 4085u
#define FAT32_MIN_CLUSTERS 65525u
#define FAT32_MAX_CLUSTERS 0x0ffffff5u // numbers from 0ffffff7 on mean something else

#define BACKUP_SECTOR 6u // "No value other than 6 is recommended."

// [section "FAT32 FSInfo Sector Structure and Backup Boot Sector"]
#define FSI_LeadSig      0
#define FSI_StrucSig   484
#define FSI_Free_Count 488
#define FSI_Nxt_Free   492
#define FSI_TrailSig   508

// Entry 1 of the FAT [section "FAT Data Structure"].
#define FAT16_CLEAN     0x8000u
#define FAT16_NO_ERRORS 0x4000u
#define FAT32_CLEAN     0x08000000u
#define FAT32_NO_ERRORS 0x04000000u

static bool is_power_of_two(uint32_t n) { return n != 0 && (n & (n - 1)) == 0; }

static bool is_boot_sector(const uint8_t *sector) {
    bool jump = (sector[BS_jmpBoot] == 0xeb && sector[BS_jmpBoot + 2] == 0x90) || sector[BS_jmpBoot] == 0xe9;
    return jump && sector[BS_Signature] == 0x55 && sector[BS_Signature + 1] == 0xaa;
}

// What FAT32 has besides. Rule 4.
static bool parse_fat32(struct fat_volume *v, const uint8_t *sector, uint32_t fats, uint64_t fat_bytes) {
    uint32_t flags = le16(sector + BPB_ExtFlags);
    if (flags & EXTFLAGS_NO_MIRROR) {
        uint32_t active = flags & 0xf;
        if (active >= fats)
            return false;
        v->fat_start += active * fat_bytes;
    }
    v->serial = le32(sector + BS_VolID32);
    v->root_cluster = le32(sector + BPB_RootClus);
    return v->root_entries == 0 && le16(sector + BPB_FSVer) == 0 && v->root_cluster >= 2 &&
           v->root_cluster < v->cluster_count + 2;
}

// Fills *v from a boot sector of the volume that begins at byte `start`. False unless all
// that the rest of the code relies on makes sense: rules 2 to 4.
static bool parse_bpb(struct fat_volume *v, const uint8_t *sector, uint64_t start) {
    uint32_t bytes_per_sector = le16(sector + BPB_BytsPerSec);
    uint32_t sectors_per_cluster = sector[BPB_SecPerClus];
    uint32_t reserved = le16(sector + BPB_RsvdSecCnt);
    uint32_t fats = sector[BPB_NumFATs];
    uint32_t root_entries = le16(sector + BPB_RootEntCnt);

    if (!is_boot_sector(sector) || !is_power_of_two(bytes_per_sector) || bytes_per_sector < 512 ||
        bytes_per_sector > 4096 || !is_power_of_two(sectors_per_cluster) || reserved == 0 || fats == 0)
        return false;

    uint32_t fat_sectors = le16(sector + BPB_FATSz16);
    if (fat_sectors == 0)
        fat_sectors = le32(sector + BPB_FATSz32);
    uint32_t total_sectors = le16(sector + BPB_TotSec16);
    if (total_sectors == 0)
        total_sectors = le32(sector + BPB_TotSec32);
    uint64_t root_sectors = (root_entries * FAT_DIRENT_BYTES + bytes_per_sector - 1) / bytes_per_sector;
    uint64_t data_sector = reserved + (uint64_t)fats * fat_sectors + root_sectors; // 64 bits: 2^40 is possible
    if (fat_sectors == 0 || data_sector >= total_sectors)
        return false;
    uint64_t end = start + (uint64_t)total_sectors * bytes_per_sector;
    if (end > fat_disk_size())
        return false;

    uint32_t clusters = (uint32_t)(total_sectors - data_sector) / sectors_per_cluster;
    if (clusters < FAT16_MIN_CLUSTERS || clusters > FAT32_MAX_CLUSTERS)
        return false;
    enum fat_type type = clusters < FAT32_MIN_CLUSTERS ? FAT16 : FAT32;
    uint64_t fat_bytes = (uint64_t)fat_sectors * bytes_per_sector;
    if (fat_bytes / (type == FAT32 ? 4 : 2) < (uint64_t)clusters + 2) // two entries are no cluster's
        return false;

    uint64_t fat_start = start + (uint64_t)reserved * bytes_per_sector;
    *v = (struct fat_volume){
        .type = type,
        .bytes_per_sector = bytes_per_sector,
        .bytes_per_cluster = bytes_per_sector * sectors_per_cluster,
        .cluster_count = clusters,
        .free_clusters = FAT_UNKNOWN,
        .next_free = FAT_UNKNOWN,
        .serial = le32(sector + BS_VolID16),
        .start = start,
        .end = end,
        .fat_start = fat_start,
        .root_start = fat_start + fats * fat_bytes,
        .data_start = start + data_sector * bytes_per_sector,
        .root_entries = root_entries,
    };
    return type == FAT16 ? root_entries != 0 : parse_fat32(v, sector, fats, fat_bytes);
}

// Rule 6. `boot` is the boot sector that counted.
static enum fat_result read_fsinfo(struct fat_volume *v, const uint8_t *boot) {
    uint8_t info[512];
    uint32_t at = le16(boot + BPB_FSInfo);
    if (at == 0 || at >= le16(boot + BPB_RsvdSecCnt))
        return FR_OK;
    enum fat_result result = fat_read_disk(v->start + (uint64_t)at * v->bytes_per_sector, info, sizeof info);
    if (result != FR_OK)
        return result;
    if (le32(info + FSI_LeadSig) != 0x41615252 || le32(info + FSI_StrucSig) != 0x61417272 ||
        le32(info + FSI_TrailSig) != 0xaa550000)
        return FR_OK;
    uint32_t free = le32(info + FSI_Free_Count), next = le32(info + FSI_Nxt_Free);
    if (free <= v->cluster_count)
        v->free_clusters = free;
    if (next >= 2 && next < v->cluster_count + 2)
        v->next_free = next;
    return FR_OK;
}

// Rule 7.
static enum fat_result read_state(struct fat_volume *v) {
    bool fat32 = v->type == FAT32;
    uint8_t entry[4] = {0};
    uint32_t width = fat32 ? 4 : 2;
    enum fat_result result = fat_read_disk(v->fat_start + width, entry, width);
    v->dirty = !(le32(entry) & (fat32 ? FAT32_CLEAN : FAT16_CLEAN));
    v->hard_errors = !(le32(entry) & (fat32 ? FAT32_NO_ERRORS : FAT16_NO_ERRORS));
    return result;
}

static enum fat_result finish(struct fat_volume *v, const uint8_t *boot) {
    enum fat_result result = v->type == FAT32 ? read_fsinfo(v, boot) : FR_OK;
    if (result == FR_OK)
        result = read_state(v);
    return result == FR_OK ? cached_fat_load(v) : result;
}

// The volume whose first sector, at byte `start`, is in `sector` (which is written over).
static enum fat_result try_primary(struct fat_volume *v, uint8_t sector[512], uint64_t start) {
    enum fat_result result = fat_read_disk(start, sector, 512);
    if (result != FR_OK)
        return result;
    return parse_bpb(v, sector, start) ? finish(v, sector) : FR_NO_FILESYSTEM;
}

// Rule 5: how large a sector is, hence where sector 6 is, is written in what we look for.
static enum fat_result try_backup(struct fat_volume *v, uint64_t start) {
    uint8_t sector[512];
    for (uint32_t size = 512; size <= 4096; size *= 2) {
        uint64_t at = start + (uint64_t)BACKUP_SECTOR * size;
        if (at + sizeof sector > fat_disk_size())
            break;
        enum fat_result result = fat_read_disk(at, sector, sizeof sector);
        if (result != FR_OK)
            return result;
        if (parse_bpb(v, sector, start) && v->type == FAT32 && v->bytes_per_sector == size &&
            le16(sector + BPB_BkBootSec) == BACKUP_SECTOR) {
            v->from_backup = true;
            return finish(v, sector);
        }
    }
    return FR_NO_FILESYSTEM;
}

static enum fat_result try_partition(struct fat_volume *v, uint64_t start) {
    uint8_t sector[512];
    enum fat_result result = try_primary(v, sector, start);
    return result == FR_NO_FILESYSTEM ? try_backup(v, start) : result;
}

enum fat_result fat_mount(struct fat_volume *volume, unsigned partition) {
    uint8_t sector[512];
    struct partition list[PARTITIONS_MAX];
    unsigned count;

    // The first sector of a volume and a master boot record both end in 55 AA: only a
    // valid BPB tells them apart, so it is tried first.
    enum fat_result result = try_primary(volume, sector, 0);
    if (result != FR_NO_FILESYSTEM)
        return result == FR_OK && partition != 0 ? FR_NO_FILESYSTEM : result;
    result = mbr_partitions(sector, list, &count);
    if (result != FR_OK)
        return result;
    for (unsigned i = 0; i < count; i++) {
        if (partition != 0 && list[i].number != partition)
            continue;
        result = try_partition(volume, list[i].start);
        if (result != FR_NO_FILESYSTEM)
            return result;
    }
    return partition == 0 ? try_backup(volume, 0) : FR_NO_FILESYSTEM;
}

void fat_unmount(struct fat_volume *volume) { cached_fat_drop(volume); }
