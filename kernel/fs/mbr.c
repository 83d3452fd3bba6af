// The master boot record: four partition entries of 16 bytes at byte 446 of sector 0,
// the signature 55 AA at byte 510. (UEFI Specification 2.10, section 5.2.1, "Legacy MBR".)
#include "fat.h"

#define MBR_TABLE   446
#define MBR_ENTRIES 4
#define MBR_SECTOR  512u // addresses in the table count the disk's own sectors

#define PARTITION_STATUS 0 // 0x80 active, 0x00 not; anything else is no partition entry
#define PARTITION_TYPE   4
#define PARTITION_START  8 // first sector

static bool is_fat_type(uint8_t type) {
    switch (type) {
    case 0x04: // FAT16 below 32 MiB
    case 0x06: // FAT16
    case 0x0b: // FAT32, cylinder/head/sector addresses
    case 0x0c: // FAT32, LBA
    case 0x0e: // FAT16, LBA
        return true;
    default:
        return false;
    }
}

unsigned mbr_fat_partitions(const uint8_t sector[512], uint64_t start[4]) {
    if (sector[510] != 0x55 || sector[511] != 0xaa)
        return 0;
    unsigned found = 0;
    for (int i = 0; i < MBR_ENTRIES; i++) {
        const uint8_t *entry = sector + MBR_TABLE + 16 * i;
        if ((entry[PARTITION_STATUS] & 0x7f) != 0)
            continue;
        uint32_t first = le32(entry + PARTITION_START);
        if (first != 0 && is_fat_type(entry[PARTITION_TYPE]))
            start[found++] = (uint64_t)first * MBR_SECTOR;
    }
    return found;
}
