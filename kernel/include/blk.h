// The block cache: the disk as an array of bytes, in cached blocks of one page
// (fs/blk_cache.c).
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "uio.h"

#define BLK_SIZE 4096u // bytes in a cached block; blocks are aligned on the disk

// Boot hart, once, after the page allocator.
void blk_cache_init(void);

// Disk size in bytes; 0 without a disk.
uint64_t blk_capacity(void);

// Forgets all blocks and asks the disk for its size again: the medium may be another one.
// Nobody is reading.
void blk_cache_drop(void);

// Copies `count` bytes at byte `offset` of the disk to `to`. Sleeps: process context,
// no spinlock held. 0, or -ENXIO (no disk), -EIO (device error, or beyond the end
// of the disk), -EFAULT (bad user address).
int blk_read(uint64_t offset, size_t count, struct uio *to);
