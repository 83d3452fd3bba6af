// struct stat and struct linux_dirent64 as Linux lays them out on riscv64
// (include/uapi/asm-generic/stat.h, getdents(2)). Shared by the kernel and user programs.
#pragma once
#include <stdint.h>

#define S_IFMT  0170000u
#define S_IFIFO 0010000u
#define S_IFCHR 0020000u
#define S_IFDIR 0040000u
#define S_IFREG 0100000u
#define S_ISDIR(mode) (((mode) & S_IFMT) == S_IFDIR)

struct stat {
    uint64_t st_dev;
    uint64_t st_ino;
    uint32_t st_mode;
    uint32_t st_nlink;
    uint32_t st_uid;
    uint32_t st_gid;
    uint64_t st_rdev;
    uint64_t pad1;
    int64_t st_size;
    int32_t st_blksize;
    int32_t pad2;
    int64_t st_blocks; // of 512 bytes
    int64_t st_atime, st_atime_nsec;
    int64_t st_mtime, st_mtime_nsec;
    int64_t st_ctime, st_ctime_nsec;
    uint32_t unused[2];
};
_Static_assert(sizeof(struct stat) == 128, "Linux riscv64 ABI");

struct dirent64 {
    uint64_t d_ino;
    int64_t d_off;     // where the next entry starts, for lseek
    uint16_t d_reclen; // of this record, a multiple of 8
    uint8_t d_type;
    char d_name[]; // NUL-terminated UTF-8
};
#define DT_FIFO 1
#define DT_CHR  2
#define DT_DIR  4
#define DT_REG  8
