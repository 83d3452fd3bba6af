// FAT's view of the disk, and what its results mean to the rest of the kernel.
#include "blk.h"
#include "errno.h"
#include "fat.h"

uint64_t fat_disk_size(void) { return blk_capacity(); }

enum fat_result fat_copy_disk(uint64_t offset, struct uio *to, uint32_t count) {
    switch (blk_read(offset, count, to)) {
    case 0: return FR_OK;
    case -ENXIO: return FR_NOT_READY;
    case -EFAULT: return FR_INVALID_PARAMETER;
    default: return FR_DISK_ERR;
    }
}

enum fat_result fat_read_disk(uint64_t offset, void *to, uint32_t count) {
    struct uio u = uio_kernel(to, count);
    return fat_copy_disk(offset, &u, count);
}

const char *fat_result_name(enum fat_result result) {
    switch (result) {
    case FR_OK: return "FR_OK";
    case FR_DISK_ERR: return "FR_DISK_ERR";
    case FR_INT_ERR: return "FR_INT_ERR";
    case FR_NOT_READY: return "FR_NOT_READY";
    case FR_NO_FILE: return "FR_NO_FILE";
    case FR_NO_PATH: return "FR_NO_PATH";
    case FR_NO_FILESYSTEM: return "FR_NO_FILESYSTEM";
    case FR_NOT_ENOUGH_CORE: return "FR_NOT_ENOUGH_CORE";
    case FR_INVALID_PARAMETER: return "FR_INVALID_PARAMETER";
    }
    return "unknown FAT result";
}

int fat_result_errno(enum fat_result result) {
    switch (result) {
    case FR_OK: return 0;
    case FR_NO_FILE: return -ENOENT;
    case FR_NO_PATH: return -ENOENT;
    case FR_NOT_READY: return -ENXIO;
    case FR_NO_FILESYSTEM: return -EINVAL; // what mount(2) says of an invalid superblock
    case FR_NOT_ENOUGH_CORE: return -ENOMEM;
    case FR_INVALID_PARAMETER: return -EFAULT;
    case FR_DISK_ERR:
    case FR_INT_ERR: return -EIO;
    }
    return -EIO;
}
