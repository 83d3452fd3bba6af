// FAT's view of the disk, and what its results mean to the rest of the kernel.
#include "blk.h"
#include "errno.h"
#include "fat.h"

enum fat_result fat_read_disk(uint64_t offset, void *to, uint32_t count) {
    struct uio u = uio_kernel(to, count);
    int error = blk_read(offset, count, &u);
    if (error == -ENXIO)
        return FR_NOT_READY;
    return error ? FR_DISK_ERR : FR_OK;
}

const char *fat_result_name(enum fat_result result) {
    switch (result) {
    case FR_OK: return "FR_OK";
    case FR_DISK_ERR: return "FR_DISK_ERR";
    case FR_INT_ERR: return "FR_INT_ERR";
    case FR_NOT_READY: return "FR_NOT_READY";
    case FR_NO_FILE: return "FR_NO_FILE";
    case FR_NO_PATH: return "FR_NO_PATH";
    case FR_INVALID_NAME: return "FR_INVALID_NAME";
    case FR_NO_FILESYSTEM: return "FR_NO_FILESYSTEM";
    }
    return "unknown FAT result";
}

int fat_result_errno(enum fat_result result) {
    switch (result) {
    case FR_OK: return 0;
    case FR_NO_FILE:
    case FR_NO_PATH: return -ENOENT;
    case FR_INVALID_NAME: return -EINVAL;
    case FR_NOT_READY: return -ENXIO;
    case FR_NO_FILESYSTEM: return -ENODEV;
    case FR_DISK_ERR:
    case FR_INT_ERR: return -EIO;
    }
    return -EIO;
}
