// Alternative: a chain's clusters are ticked off in a bitmap of all clusters, one for the volume
// under a lock of its own, when the chain is first followed; a second tick is a loop.
//
// Cluster chains: the FAT as linked lists of cluster numbers [section "FAT Data Structure"].
#include "bitmap.h"

#define FAT16_EOC   0xfff8u // this and above: end of chain
#define FAT32_EOC   0x0ffffff8u
#define FAT32_MASK  0x0fffffffu // the upper four bits of an entry are reserved

// What a node remembers: `CLUSTER` is the INDEX-th of its chain; 0: nothing yet. PROVED: the
// chain was looked through, and has no loop.
enum { INDEX, CLUSTER, PROVED };

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
    // Free (0), reserved (1), bad (FFF7, 0FFFFFF7) and too large are all wrong inside a chain.
    if (!is_data_cluster(volume, value))
        return FR_INT_ERR;
    *next = value;
    return FR_OK;
}

// Walks the whole chain once. What else is wrong with it is told when somebody gets there.
static enum fat_result prove(const struct fat_volume *volume, uint32_t cluster) {
    struct bitmap *bitmap = volume->own;
    enum fat_result result = FR_OK;
    sleeplock_acquire(&bitmap->lock);
    bitmap_clear(bitmap);
    while (cluster != 0) {
        uint32_t next = 0;
        if (bitmap_tick(bitmap, cluster)) {
            result = FR_INT_ERR;
            break;
        }
        if (fat_next_cluster(volume, cluster, &next) != FR_OK)
            break;
        cluster = next;
    }
    sleeplock_release(&bitmap->lock);
    return result;
}

enum fat_result fat_locate(const struct fat_volume *volume, struct fat_node *node, uint32_t index, uint64_t *at) {
    uint32_t *memo = node->memo;
    *at = 0;
    if (node->first_cluster == 0)
        return FR_OK;
    if (!is_data_cluster(volume, node->first_cluster))
        return FR_INT_ERR;
    if (!memo[PROVED] && index > 0) {
        enum fat_result result = prove(volume, node->first_cluster);
        if (result != FR_OK)
            return result;
        memo[PROVED] = 1;
    }
    if (memo[CLUSTER] == 0 || memo[INDEX] > index) {
        memo[INDEX] = 0;
        memo[CLUSTER] = node->first_cluster;
    }
    for (; memo[INDEX] < index; memo[INDEX]++) {
        uint32_t next;
        enum fat_result result = fat_next_cluster(volume, memo[CLUSTER], &next);
        if (result != FR_OK || next == 0)
            return result;
        memo[CLUSTER] = next;
    }
    *at = volume->data_start + (uint64_t)(memo[CLUSTER] - 2) * volume->bytes_per_cluster;
    return FR_OK;
}
