// Directories: entries of 32 bytes, long names, and the walk along a path. Rules 8 and 9.
#include "fat.h"

enum fat_result fat_read_dirent(const struct fat_volume *volume, struct fat_node *dir, uint32_t *position,
                                struct fat_dirent *entry) {
    (void)volume, (void)dir, (void)position, (void)entry;
    // TODO: the next entry that is a file or a directory, with its name.
    return FR_INT_ERR;
}

enum fat_result fat_lookup(const struct fat_volume *volume, const char *path, struct fat_node *node) {
    (void)volume, (void)path, (void)node;
    // TODO: "/" is the root directory; for all else, component by component.
    return FR_INT_ERR;
}
