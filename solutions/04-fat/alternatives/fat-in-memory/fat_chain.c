// Cluster chains: the FAT as linked lists of cluster numbers [section "FAT Data Structure"].
//
// A damaged volume may hold any number in any entry. Two rules keep a walk finite and
// inside the volume: every number is checked before it is used, and a chain that comes back
// to a cluster it passed is an error (Brent's cycle detection: the cluster at each index
// that is a power of two is the one to meet again).
#include "cached_fat.h"
#include "mm.h"

#define POINTERS (PAGE_SIZE / sizeof(uint8_t *))

void cached_fat_drop(struct fat_volume *v) {
    uint8_t **pages = v->own;
    for (unsigned i = 0; pages && i < POINTERS && pages[i]; i++)
        page_free(pages[i]);
    if (pages)
        page_free(pages);
    v->own = NULL;
}

enum fat_result cached_fat_load(struct fat_volume *v) {
    uint64_t bytes = ((uint64_t)v->cluster_count + 2) * (v->type == FAT32 ? 4 : 2);
    uint8_t **pages = v->own = page_alloc_zero();
    if (!pages || bytes > POINTERS * PAGE_SIZE) {
        cached_fat_drop(v);
        return FR_NOT_ENOUGH_CORE;
    }
    for (uint64_t at = 0; at < bytes; at += PAGE_SIZE) {
        uint8_t *page = pages[at / PAGE_SIZE] = page_alloc();
        uint32_t part = bytes - at < PAGE_SIZE ? (uint32_t)(bytes - at) : PAGE_SIZE;
        enum fat_result result = page ? fat_read_disk(v->fat_start + at, page, part) : FR_NOT_ENOUGH_CORE;
        if (result != FR_OK) {
            cached_fat_drop(v);
            return result;
        }
    }
    return FR_OK;
}

uint32_t cached_fat_entry(const struct fat_volume *v, uint32_t cluster) {
    uint8_t **pages = v->own;
    uint32_t width = v->type == FAT32 ? 4 : 2; // entries never cross a page
    uint64_t at = (uint64_t)cluster * width;
    const uint8_t *entry = pages[at / PAGE_SIZE] + at % PAGE_SIZE;
    return width == 4 ? le32(entry) : le16(entry);
}

#define FAT16_EOC   0xfff8u // this and above: end of chain
#define FAT32_EOC   0x0ffffff8u
#define FAT32_MASK  0x0fffffffu // the upper four bits of an entry are reserved

// What a node remembers: `CLUSTER` is the INDEX-th of its chain; 0: nothing yet.
enum { INDEX, CLUSTER, CHECKPOINT };

static bool is_data_cluster(const struct fat_volume *volume, uint32_t cluster) {
    return cluster >= 2 && cluster < volume->cluster_count + 2;
}

enum fat_result fat_next_cluster(const struct fat_volume *volume, uint32_t cluster, uint32_t *next) {
    bool fat32 = volume->type == FAT32;

    if (!is_data_cluster(volume, cluster))
        return FR_INT_ERR;
    uint32_t value = cached_fat_entry(volume, cluster);
    if (fat32)
        value &= FAT32_MASK;
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

enum fat_result fat_locate(const struct fat_volume *volume, struct fat_node *node, uint32_t index, uint64_t *at) {
    uint32_t *memo = node->memo;
    *at = 0;
    if (node->first_cluster == 0)
        return FR_OK;
    if (!is_data_cluster(volume, node->first_cluster))
        return FR_INT_ERR;
    if (memo[CLUSTER] == 0 || memo[INDEX] > index) {
        memo[INDEX] = 0;
        memo[CLUSTER] = memo[CHECKPOINT] = node->first_cluster;
    }
    while (memo[INDEX] < index) {
        uint32_t next;
        enum fat_result result = fat_next_cluster(volume, memo[CLUSTER], &next);
        if (result != FR_OK)
            return result;
        if (next == 0)
            return FR_OK;
        if (next == memo[CHECKPOINT])
            return FR_INT_ERR;
        memo[CLUSTER] = next;
        memo[INDEX]++;
        if ((memo[INDEX] & (memo[INDEX] - 1)) == 0)
            memo[CHECKPOINT] = next;
    }
    *at = volume->data_start + (uint64_t)(memo[CLUSTER] - 2) * volume->bytes_per_cluster;
    return FR_OK;
}
