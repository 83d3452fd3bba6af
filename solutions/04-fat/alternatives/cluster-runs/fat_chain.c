// Alternative: a node remembers a run of neighbouring clusters instead of one cluster, and a chain
// is proved free of loops once, by Floyd's tortoise and hare, when it is first followed.
//
// Cluster chains: the FAT as linked lists of cluster numbers [section "FAT Data Structure"].
#include "fat.h"

#define FAT16_EOC   0xfff8u // this and above: end of chain
#define FAT32_EOC   0x0ffffff8u
#define FAT32_MASK  0x0fffffffu // the upper four bits of an entry are reserved

// What a node remembers: clusters FIRST to FIRST + LENGTH - 1 are the INDEX-th and following of
// its chain; LENGTH 0: nothing yet. PROVED: the chain has been looked through.
enum { INDEX, FIRST, LENGTH, PROVED };

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

// The cluster behind `cluster`, as fat_next_cluster(), which stays where it is at an end or at
// damage: that is met again, and told, by whoever gets there.
static uint32_t step(const struct fat_volume *volume, uint32_t cluster) {
    uint32_t next = 0;
    return cluster != 0 && fat_next_cluster(volume, cluster, &next) == FR_OK ? next : 0;
}

static bool has_loop(const struct fat_volume *volume, uint32_t first) {
    uint32_t tortoise = first, hare = first;
    do {
        tortoise = step(volume, tortoise);
        hare = step(volume, step(volume, hare));
    } while (hare != 0 && hare != tortoise);
    return hare != 0;
}

enum fat_result fat_locate(const struct fat_volume *volume, struct fat_node *node, uint32_t index, uint64_t *at) {
    uint32_t *memo = node->memo;
    *at = 0;
    if (node->first_cluster == 0)
        return FR_OK;
    if (!is_data_cluster(volume, node->first_cluster))
        return FR_INT_ERR;
    if (!memo[PROVED] && index > 0) {
        if (has_loop(volume, node->first_cluster))
            return FR_INT_ERR;
        memo[PROVED] = 1;
    }
    if (memo[LENGTH] == 0 || index < memo[INDEX]) {
        memo[INDEX] = 0;
        memo[FIRST] = node->first_cluster;
        memo[LENGTH] = 1;
    }
    while (index >= memo[INDEX] + memo[LENGTH]) {
        uint32_t next;
        enum fat_result result = fat_next_cluster(volume, memo[FIRST] + memo[LENGTH] - 1, &next);
        if (result != FR_OK || next == 0)
            return result;
        if (next == memo[FIRST] + memo[LENGTH]) {
            memo[LENGTH]++;
            continue;
        }
        memo[INDEX] += memo[LENGTH];
        memo[FIRST] = next;
        memo[LENGTH] = 1;
    }
    *at = volume->data_start + (uint64_t)(memo[FIRST] + index - memo[INDEX] - 2) * volume->bytes_per_cluster;
    return FR_OK;
}
