// Cluster chains: the FAT as linked lists of cluster numbers [section "FAT Data Structure"].
//
// A damaged volume may hold any number in any entry. The rules that keep a walk finite
// and inside the volume: every number is range-checked before it is used, and a chain
// that comes back to a cluster it passed is an error (Brent's cycle detection, with the
// cluster at each power-of-two index as the one to meet again).
#include "fat.h"

#define FAT16_EOC   0xfff8u // this and above: end of chain
#define FAT32_EOC   0x0ffffff8u
#define FAT32_MASK  0x0fffffffu // the top four bits of an entry are reserved

static bool is_data_cluster(const struct fat_volume *volume, uint32_t cluster) {
    return cluster >= 2 && cluster < volume->cluster_count + 2;
}

enum fat_result fat_next_cluster(const struct fat_volume *volume, uint32_t cluster, uint32_t *next) {
    uint8_t entry[4];
    bool fat32 = volume->type == FAT32;
    uint32_t width = fat32 ? 4 : 2;

    if (!is_data_cluster(volume, cluster))
        return FR_INT_ERR;
    enum fat_result result = fat_read_disk(volume->fat_start + (uint64_t)cluster * width, entry, width);
    if (result != FR_OK)
        return result;
    uint32_t value = fat32 ? le32(entry) & FAT32_MASK : le16(entry);
    if (value >= (fat32 ? FAT32_EOC : FAT16_EOC)) {
        *next = 0;
        return FR_OK;
    }
    // Free (0), reserved (1), bad (…F7) and too large are all wrong inside a chain.
    if (!is_data_cluster(volume, value))
        return FR_INT_ERR;
    *next = value;
    return FR_OK;
}

enum fat_result fat_locate(const struct fat_volume *volume, struct fat_node *node, uint32_t index, uint64_t *at) {
    *at = 0;
    if (node->first_cluster == 0)
        return FR_OK;
    if (!is_data_cluster(volume, node->first_cluster))
        return FR_INT_ERR;
    if (node->cluster == 0 || node->index > index) {
        node->index = 0;
        node->cluster = node->checkpoint = node->first_cluster;
    }
    while (node->index < index) {
        uint32_t next;
        enum fat_result result = fat_next_cluster(volume, node->cluster, &next);
        if (result != FR_OK)
            return result;
        if (next == 0)
            return FR_OK;
        if (next == node->checkpoint)
            return FR_INT_ERR;
        node->cluster = next;
        node->index++;
        if ((node->index & (node->index - 1)) == 0)
            node->checkpoint = next;
    }
    *at = volume->data_start + (uint64_t)(node->cluster - 2) * volume->bytes_per_cluster;
    return FR_OK;
}
