// The contents of a file. Rules 10 to 12.
#include "fat.h"

enum fat_result fat_read(const struct fat_volume *volume, struct fat_node *node, uint32_t offset, struct uio *to) {
    (void)volume, (void)node, (void)offset, (void)to;
    // TODO: piece by piece, a cluster at a time: fat_copy_disk() delivers and advances `to`.
    return FR_INT_ERR;
}
