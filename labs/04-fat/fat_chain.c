// Cluster chains: the FAT as linked lists of cluster numbers. Rules 10 to 12.
#include "fat.h"

enum fat_result fat_next_cluster(const struct fat_volume *volume, uint32_t cluster, uint32_t *next) {
    (void)volume, (void)cluster;
    // TODO: read the FAT's entry for `cluster`, and check what it says.
    *next = 0;
    return FR_INT_ERR;
}

enum fat_result fat_locate(const struct fat_volume *volume, struct fat_node *node, uint32_t index, uint64_t *at) {
    (void)volume, (void)node, (void)index;
    // TODO: follow the chain to its `index`-th cluster; where that begins on the disk goes to
    // *at. node->memo can remember how far you have come, so that the next call need not begin
    // again; and a chain that leads in a circle must end in FR_INT_ERR.
    *at = 0;
    return FR_INT_ERR;
}
