// /tmp: one flat directory of files in memory, so that a system whose disk is read-only
// can still redirect output. A file is a table of pages, each allocated when it is first
// written to; a page never written reads as zeros.
//
// Locks: the directory's sleeplock guards names, links and references; a node's sleeplock
// guards its size and pages. Order: directory, then node.
#include "dirent.h"
#include "errno.h"
#include "fcntl.h"
#include "fs.h"
#include "mm.h"
#include "sleeplock.h"
#include "string.h"

#define NODES         64
#define NODE_NAME_LEN 64
#define NODE_PAGES    (PAGE_SIZE / sizeof(uint8_t *)) // what one page of pointers holds: 2 MiB

struct tmpfs_node {
    char name[NODE_NAME_LEN];
    bool linked;         // has a name; without one it lives until its last close
    unsigned references; // open files
    struct sleeplock lock;
    uint64_t size;
    uint8_t **page; // [NODE_PAGES]; NULL: the file is empty
};

static struct sleeplock directory;
static struct tmpfs_node nodes[NODES];

void tmpfs_init(void) {
    sleeplock_init(&directory, "tmpfs");
    for (int i = 0; i < NODES; i++)
        sleeplock_init(&nodes[i].lock, "tmpfs file");
}

// Node lock held, or nobody else knows the node.
static void truncate(struct tmpfs_node *node) {
    if (node->page) {
        for (unsigned i = 0; i < NODE_PAGES; i++) {
            if (node->page[i])
                page_free(node->page[i]);
        }
        page_free(node->page);
    }
    node->page = NULL;
    node->size = 0;
}

// Node lock held. The page that holds byte `offset`, zeroed if it is new; NULL: no memory.
static uint8_t *grow(struct tmpfs_node *node, uint64_t offset) {
    if (!node->page) {
        node->page = page_alloc_zero();
        if (!node->page)
            return NULL;
    }
    uint8_t **slot = &node->page[offset / PAGE_SIZE];
    if (!*slot)
        *slot = page_alloc_zero();
    return *slot;
}

static size_t chunk(uint64_t offset, uint64_t limit) {
    uint64_t room = PAGE_SIZE - offset % PAGE_SIZE;
    return room < limit ? room : limit;
}

static int64_t tmpfs_read(struct file *file, struct uio *to) {
    struct tmpfs_node *node = file->node.tmpfs;
    int64_t done = 0;
    int error = 0;

    sleeplock_acquire(&node->lock);
    while (!error && to->left > 0 && file->offset < node->size) {
        uint64_t left = node->size - file->offset;
        size_t part = chunk(file->offset, left < to->left ? left : to->left);
        uint8_t *page = node->page[file->offset / PAGE_SIZE];
        error = page ? uio_put(to, page + file->offset % PAGE_SIZE, part) : uio_zero(to, part);
        if (!error) {
            file->offset += part;
            done += (int64_t)part;
        }
    }
    sleeplock_release(&node->lock);
    return done ? done : error;
}

static int64_t tmpfs_write(struct file *file, struct uio *from) {
    struct tmpfs_node *node = file->node.tmpfs;
    int64_t done = 0;
    int error = 0;

    sleeplock_acquire(&node->lock);
    if (file->flags & O_APPEND)
        file->offset = node->size;
    while (!error && from->left > 0) {
        if (file->offset >= NODE_PAGES * PAGE_SIZE) {
            error = -EFBIG;
            break;
        }
        size_t part = chunk(file->offset, from->left);
        uint8_t *page = grow(node, file->offset);
        error = page ? uio_get(from, page + file->offset % PAGE_SIZE, part) : -ENOSPC;
        if (!error) {
            file->offset += part;
            done += (int64_t)part;
            if (node->size < file->offset)
                node->size = file->offset;
        }
    }
    sleeplock_release(&node->lock);
    return done ? done : error;
}

static int tmpfs_stat(struct file *file, struct stat *st) {
    struct tmpfs_node *node = file->node.tmpfs;
    sleeplock_acquire(&node->lock);
    st->st_ino = (uint64_t)(node - nodes) + 2;
    st->st_mode = S_IFREG | 0666;
    st->st_nlink = node->linked;
    st->st_size = (int64_t)node->size;
    st->st_blksize = PAGE_SIZE;
    st->st_blocks = (int64_t)(node->size + 511) / 512;
    sleeplock_release(&node->lock);
    return 0;
}

// Directory lock held.
static void put_node(struct tmpfs_node *node) {
    if (node->references == 0 && !node->linked)
        truncate(node);
}

static void tmpfs_release(struct file *file) {
    struct tmpfs_node *node = file->node.tmpfs;
    sleeplock_acquire(&directory);
    node->references--;
    put_node(node);
    sleeplock_release(&directory);
}

static const struct file_ops tmpfs_file_ops = {
    .seekable = true, .read = tmpfs_read, .write = tmpfs_write, .stat = tmpfs_stat, .release = tmpfs_release};

// file->offset counts nodes, linked or not.
static int64_t tmpfs_readdir(struct file *file, struct uio *to) {
    int64_t done = 0;
    int64_t length = 1;
    sleeplock_acquire(&directory);
    for (; file->offset < NODES; file->offset++) {
        uint64_t i = file->offset;
        if (!nodes[i].linked)
            continue;
        length = dirent_put(to, i + 2, i + 1, DT_REG, nodes[i].name);
        if (length <= 0)
            break;
        done += length;
    }
    sleeplock_release(&directory);
    return done || length > 0 ? done : length ? length : -EINVAL;
}

static int tmpfs_stat_directory(struct file *file, struct stat *st) {
    (void)file;
    st->st_ino = 1;
    st->st_mode = S_IFDIR | 0777;
    st->st_nlink = 1;
    return 0;
}

static const struct file_ops tmpfs_dir_ops = {
    .seekable = true, .readdir = tmpfs_readdir, .stat = tmpfs_stat_directory};

// Directory lock held.
static struct tmpfs_node *find_node(const char *name) {
    for (int i = 0; i < NODES; i++) {
        if (nodes[i].linked && strcmp(nodes[i].name, name) == 0)
            return &nodes[i];
    }
    return NULL;
}

// Directory lock held.
static int create_node(const char *name, struct tmpfs_node **out) {
    size_t length = strlen(name);
    if (length >= NODE_NAME_LEN)
        return -ENAMETOOLONG;
    for (int i = 0; i < NODES; i++) {
        if (!nodes[i].linked && nodes[i].references == 0) {
            memcpy(nodes[i].name, name, length + 1);
            nodes[i].linked = true;
            *out = &nodes[i];
            return 0;
        }
    }
    return -ENOSPC;
}

static int open_node(struct file *file, const char *name, int flags) {
    struct tmpfs_node *node = find_node(name);
    if (node && (flags & O_CREAT) && (flags & O_EXCL))
        return -EEXIST;
    if (!node) {
        int error = flags & O_CREAT ? create_node(name, &node) : -ENOENT;
        if (error)
            return error;
    }
    if (flags & O_TRUNC) {
        sleeplock_acquire(&node->lock);
        truncate(node);
        sleeplock_release(&node->lock);
    }
    node->references++;
    file->node.tmpfs = node;
    file->ops = &tmpfs_file_ops;
    return 0;
}

static const char *flat_name(const char *path) {
    for (const char *p = path + 1; *p; p++) {
        if (*p == '/')
            return NULL;
    }
    return path + 1;
}

static int tmpfs_open(struct file *file, const char *path, int flags) {
    const char *name = flat_name(path);
    if (!name)
        return -ENOENT; // there are no directories in this one
    if (*name == 0) {
        file->ops = &tmpfs_dir_ops;
        return 0;
    }
    sleeplock_acquire(&directory);
    int error = open_node(file, name, flags);
    sleeplock_release(&directory);
    return error;
}

static int tmpfs_unlink(const char *path) {
    const char *name = flat_name(path);
    if (!name)
        return -ENOENT;
    if (*name == 0)
        return -EISDIR;
    sleeplock_acquire(&directory);
    struct tmpfs_node *node = find_node(name);
    if (node) {
        node->linked = false;
        put_node(node);
    }
    sleeplock_release(&directory);
    return node ? 0 : -ENOENT;
}

const struct filesystem tmp_filesystem = {.mount_point = "/tmp", .open = tmpfs_open, .unlink = tmpfs_unlink};
