// struct statfs as Linux lays it out on riscv64 (include/uapi/asm-generic/statfs.h).
// Shared by the kernel and user programs.
#pragma once
#include <stdint.h>

struct statfs {
    int64_t f_type;
    int64_t f_bsize;
    uint64_t f_blocks; // of f_bsize bytes
    uint64_t f_bfree;  // STATFS_UNKNOWN if the file system does not know: our extension
    uint64_t f_bavail; // the same
    uint64_t f_files;
    uint64_t f_ffree;
    int32_t f_fsid[2];
    int64_t f_namelen;
    int64_t f_frsize;
    int64_t f_flags; // ST_...
    int64_t f_spare[4]; // vfat, ours: FAT_STATE_..., next free cluster (or -1), 16 or 32
};
_Static_assert(sizeof(struct statfs) == 120, "Linux riscv64 ABI");

#define STATFS_UNKNOWN UINT64_MAX

#define ST_RDONLY 0x0001
#define ST_VALID  0x0020 // f_flags means something

#define TMPFS_MAGIC       0x01021994
#define MSDOS_SUPER_MAGIC 0x4d44

// f_spare[0] of vfat.
#define FAT_STATE_DIRTY       1 // not unmounted properly
#define FAT_STATE_HARD_ERRORS 2 // unreadable sectors were met
#define FAT_STATE_BACKUP      4 // mounted by the backup boot sector

// mount(2): flags.
#define MS_RDONLY 1
