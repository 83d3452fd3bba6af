// Open files: what a file descriptor refers to (fs/file.c).
//
//   descriptor → struct fd_table (one a process) → struct file (shared by dup and
//   fork) → struct file_ops (console, null, pipe, FAT, tmpfs)
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "fat.h"
#include "sleeplock.h"
#include "stat.h"
#include "uio.h"

#define OPEN_MAX 32  // descriptors of a process
#define FILE_MAX 256 // open files in the system
#define PATH_LEN 256 // longest path with its NUL, as a cwd or an argument

struct file;

// Results are a count of bytes (or 0), or -errno. A missing operation gives the error
// in brackets. Called in process context, no spinlock held. A `seekable` file's lock is
// held around read, write and readdir, which start at file->offset and advance it.
struct file_ops {
    bool seekable;
    int64_t (*read)(struct file *file, struct uio *to);      // [-EINVAL]
    int64_t (*write)(struct file *file, struct uio *from);   // [-EROFS]
    int64_t (*readdir)(struct file *file, struct uio *to);   // records of dirent64 [-ENOTDIR]
    int (*stat)(struct file *file, struct stat *st);
    int (*ioctl)(struct file *file, uint64_t request, uintptr_t argument); // [-ENOTTY]
    void (*release)(struct file *file);                      // last reference gone [nothing]
};

struct mount;
struct tmpfs_node;
struct pipe;

struct file {
    int references; // guarded by the file table's lock; 0: free
    int flags;      // O_ACCMODE and O_APPEND bits of the open
    const struct file_ops *ops;
    struct mount *mount;   // whose file it is (fs.h); NULL: a pipe
    bool is_root;          // the directory "/"
    struct sleeplock lock; // guards offset and node of a seekable file
    uint64_t offset;
    union {
        struct fat_node fat;
        struct tmpfs_node *tmpfs;
        struct pipe *pipe;
    } node;
};

// A process's descriptors and current directory. Only its own process touches it, so
// it needs no lock. All zeros, with cwd "/", is a table without open files.
struct fd_table {
    struct file *file[OPEN_MAX];
    uint32_t cloexec; // bit n: descriptor n closes on execve
    char cwd[PATH_LEN]; // absolute, without ".", ".." or a final '/' except "/" itself
};

void file_table_init(void); // boot hart, once

// For the process life cycle:
void fd_table_init(struct fd_table *table);                                  // first process
void fd_table_copy(struct fd_table *child, const struct fd_table *parent);   // fork and spawn
void fd_table_exec(struct fd_table *table);                                  // closes O_CLOEXEC
void fd_table_close_all(struct fd_table *table);                             // exit; may sleep

// For system calls:
struct file *fd_get(const struct fd_table *table, int fd); // NULL: not open
// Gives `file` the lowest free descriptor from `lowest` on; takes over the caller's
// reference. The descriptor, or -EMFILE (the reference stays the caller's).
int fd_install(struct fd_table *table, struct file *file, int lowest, bool cloexec);
int fd_close(struct fd_table *table, int fd); // 0 or -EBADF; may sleep

// Opens `path` (relative to `cwd`) for the kernel itself, as execve does.
// 0 and *out, or -errno.
int file_open(const char *cwd, const char *path, int flags, struct file **out);
struct file *file_alloc(int flags); // one reference; NULL if the system has FILE_MAX
struct file *file_dup(struct file *file);
void file_close(struct file *file); // may sleep

// At file->offset, for descriptors.
int64_t file_read(struct file *file, struct uio *to);
int64_t file_write(struct file *file, struct uio *from);
int64_t file_readdir(struct file *file, struct uio *to);
int64_t file_seek(struct file *file, int64_t offset, int whence);
int file_stat(struct file *file, struct stat *st);
int file_ioctl(struct file *file, uint64_t request, uintptr_t argument);

// Reads up to `count` bytes at `offset` into kernel memory without moving the file's
// offset: how execve loads segments. Bytes read (short only at end of file), or -errno.
int64_t file_pread(struct file *file, void *buffer, size_t count, uint64_t offset);
