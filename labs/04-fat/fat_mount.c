// Mounting: lab 04, yours to write, with mbr.c, fat_chain.c, fat_dir.c and fat_read.c.
//
// kernel/include/fat.h is the contract: what each function is called for, its results, and
// the rules by number. The handout has the layout of what you will find on the disk.
//
// This stub boots from an initial RAM disk. It finds no file system on any disk.
#include "fat.h"

// Boot sector and BPB, byte offsets: the first of many.
#define BS_jmpBoot      0
#define BPB_BytsPerSec 11
#define BPB_SecPerClus 13

// Fills *v from a boot sector of the volume that begins at byte `start`. False unless all
// that the rest of the code relies on makes sense: rules 2 to 4.
static bool parse_bpb(struct fat_volume *v, const uint8_t *sector, uint64_t start) {
    uint32_t bytes_per_sector = le16(sector + BPB_BytsPerSec);
    (void)v, (void)start, (void)bytes_per_sector;
    // TODO: check the fields, count the clusters, decide the type, and fill *v.
    return false;
}

enum fat_result fat_mount(struct fat_volume *volume, unsigned partition) {
    uint8_t sector[512];
    enum fat_result result = fat_read_disk(0, sector, sizeof sector);
    if (result != FR_OK)
        return result;
    if (partition == 0 && parse_bpb(volume, sector, 0))
        return FR_OK;
    // TODO: the partitions (mbr.c); FAT32's second boot sector, rule 5; FSInfo, rule 6; the
    // state of the volume, rule 7.
    return FR_NO_FILESYSTEM;
}

void fat_unmount(struct fat_volume *volume) {
    (void)volume;
    // TODO: nothing, unless fat_mount() got memory.
}
