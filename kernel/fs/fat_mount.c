// Mounting: finding a FAT volume on the disk and checking its BIOS parameter block.
// Section numbers are those of Microsoft's FAT32 File System Specification 1.03.
#include "blk.h"
#include "fat.h"

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
#define BPB_FATSz32      36 // FAT32 only, from here on
#define BPB_ExtFlags     40
#define BPB_FSVer        42
#define BPB_RootClus     44
#define BS_Signature    510 // whatever the size of a sector

#define EXTFLAGS_NO_MIRROR 0x80u // only the FAT numbered by the low four bits is current

// "The FAT type is determined by the count of clusters", and by nothing else.
#define FAT16_MIN_CLUSTERS 4085u
#define FAT32_MIN_CLUSTERS 65525u
#define FAT32_MAX_CLUSTERS 0x0ffffff5u

static bool is_power_of_two(uint32_t n) { return n != 0 && (n & (n - 1)) == 0; }

static bool has_boot_jump(const uint8_t *sector) {
    return (sector[BS_jmpBoot] == 0xeb && sector[BS_jmpBoot + 2] == 0x90) || sector[BS_jmpBoot] == 0xe9;
}

// Fills *v from the boot sector found at byte `start` of the disk. False unless every
// field that the rest of the code relies on makes sense.
static bool parse_bpb(struct fat_volume *v, const uint8_t *sector, uint64_t start) {
    uint32_t bytes_per_sector = le16(sector + BPB_BytsPerSec);
    uint32_t sectors_per_cluster = sector[BPB_SecPerClus];
    uint32_t reserved = le16(sector + BPB_RsvdSecCnt);
    uint32_t fats = sector[BPB_NumFATs];
    uint32_t root_entries = le16(sector + BPB_RootEntCnt);

    if (!has_boot_jump(sector) || sector[BS_Signature] != 0x55 || sector[BS_Signature + 1] != 0xaa)
        return false;
    if (!is_power_of_two(bytes_per_sector) || bytes_per_sector < 512 || bytes_per_sector > 4096)
        return false;
    if (!is_power_of_two(sectors_per_cluster) || reserved == 0 || fats < 1 || fats > 2)
        return false;
    if (root_entries * FAT_DIRENT_BYTES % bytes_per_sector != 0)
        return false;

    uint32_t fat_sectors = le16(sector + BPB_FATSz16);
    if (fat_sectors == 0)
        fat_sectors = le32(sector + BPB_FATSz32);
    uint32_t total_sectors = le16(sector + BPB_TotSec16);
    if (total_sectors == 0)
        total_sectors = le32(sector + BPB_TotSec32);
    uint64_t root_sectors = (uint64_t)root_entries * FAT_DIRENT_BYTES / bytes_per_sector;
    uint64_t data_sector = reserved + (uint64_t)fats * fat_sectors + root_sectors;
    if (fat_sectors == 0 || data_sector >= total_sectors)
        return false;
    if (start + (uint64_t)total_sectors * bytes_per_sector > blk_capacity())
        return false; // the volume claims more than the disk has

    uint32_t clusters = (uint32_t)(total_sectors - data_sector) / sectors_per_cluster;
    if (clusters < FAT16_MIN_CLUSTERS || clusters > FAT32_MAX_CLUSTERS)
        return false; // FAT12, or none
    v->type = clusters < FAT32_MIN_CLUSTERS ? FAT16 : FAT32;

    // The FAT has an entry for each cluster and for the two numbers nobody uses.
    uint64_t fat_entries = (uint64_t)fat_sectors * bytes_per_sector / (v->type == FAT32 ? 4 : 2);
    if (fat_entries < (uint64_t)clusters + 2)
        return false;

    v->start = start;
    v->bytes_per_sector = bytes_per_sector;
    v->bytes_per_cluster = bytes_per_sector * sectors_per_cluster;
    v->fat_start = start + (uint64_t)reserved * bytes_per_sector;
    v->root_start = v->fat_start + (uint64_t)fats * fat_sectors * bytes_per_sector;
    v->data_start = start + data_sector * bytes_per_sector;
    v->root_entries = root_entries;
    v->root_cluster = 0;
    v->cluster_count = clusters;

    if (v->type == FAT16)
        return root_entries != 0;

    uint32_t flags = le16(sector + BPB_ExtFlags);
    if (flags & EXTFLAGS_NO_MIRROR) {
        uint32_t active = flags & 0xf;
        if (active >= fats)
            return false;
        v->fat_start += (uint64_t)active * fat_sectors * bytes_per_sector;
    }
    v->root_cluster = le32(sector + BPB_RootClus);
    return root_entries == 0 && le16(sector + BPB_FSVer) == 0 && v->root_cluster >= 2 &&
           v->root_cluster < clusters + 2;
}

static enum fat_result try_volume(struct fat_volume *volume, uint8_t *sector, uint64_t start) {
    enum fat_result result = fat_read_disk(start, sector, 512);
    if (result != FR_OK)
        return result;
    return parse_bpb(volume, sector, start) ? FR_OK : FR_NO_FILESYSTEM;
}

enum fat_result fat_mount(struct fat_volume *volume) {
    uint8_t sector[512];
    uint64_t partition[4];

    // A bare volume has its boot sector where a partitioned disk has its MBR, and both
    // end in 55 AA: only a valid BPB tells them apart, so it is tried first.
    enum fat_result result = try_volume(volume, sector, 0);
    if (result != FR_NO_FILESYSTEM)
        return result;

    unsigned count = mbr_fat_partitions(sector, partition);
    for (unsigned i = 0; i < count && result == FR_NO_FILESYSTEM; i++) {
        if (partition[i] < blk_capacity())
            result = try_volume(volume, sector, partition[i]);
    }
    return result;
}
