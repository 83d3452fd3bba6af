// Records of getdents64(2), for file systems to fill in (fs/dirent.c).
#pragma once
#include <stdint.h>
#include "stat.h"
#include "uio.h"

// Delivers one record. `next` is the directory offset behind this entry. The record's
// length, 0 if it does not fit in what `to` has left, or -EFAULT.
int64_t dirent_put(struct uio *to, uint64_t inode, uint64_t next, uint8_t type, const char *name);
