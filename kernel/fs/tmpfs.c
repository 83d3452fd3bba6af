// Files in memory: /tmp, so that a system whose disk is read-only can still redirect output,
// and the root where there is an initial RAM disk. A file is a table of pages, each
// allocated when it is first written to; a page never written reads as zeros.
//
// Locks: one sleeplock for all names: it guards names, parents, links and references; a
// node's sleeplock guards its size and pages. Order: names, then node.
#include "dirent.h"
#include "errno.h"
#include "fcntl.h"
#include "fs.h"
#include "mm.h"
#include "sleeplock.h"
#include "string.h"

#define NODES         256 // of all mounts together
#define NODE_NAME_LEN 64
#define NODE_PAGES    (PAGE_SIZE / sizeof(uint8_t *)) // what one page of pointers holds: 2 MiB

struct tmpfs_node {
    char name[NODE_NAME_LEN];
    struct tmpfs_node *parent; // its directory; NULL: the root of a mount
    bool directory;            // never removed
    bool linked;               // has a name, or is a root; else it lives until its last close
    unsigned references;       // open files
    struct sleeplock lock;
    uint64_t size;
    uint8_t **page; // [NODE_PAGES]; NULL: the file is empty
};

static struct sleeplock names;
static struct tmpfs_node nodes[NODES];
static bool ready;

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
    st->st_ino = (uint64_t)(node - nodes) + 1;
    st->st_mode = node->directory ? S_IFDIR | 0777 : S_IFREG | 0777;
    st->st_nlink = node->linked;
    st->st_size = (int64_t)node->size;
    st->st_blksize = PAGE_SIZE;
    st->st_blocks = (int64_t)(node->size + 511) / 512;
    sleeplock_release(&node->lock);
    return 0;
}

// Lock of names held.
static void put_node(struct tmpfs_node *node) {
    if (node->references == 0 && !node->linked)
        truncate(node);
}

static void tmpfs_release(struct file *file) {
    struct tmpfs_node *node = file->node.tmpfs;
    sleeplock_acquire(&names);
    node->references--;
    put_node(node);
    sleeplock_release(&names);
}

// file->offset counts nodes, of this directory or not.
static int64_t tmpfs_readdir(struct file *file, struct uio *to) {
    int64_t done = 0;
    int64_t length = 1;
    sleeplock_acquire(&names);
    for (; file->offset < NODES; file->offset++) {
        uint64_t i = file->offset;
        if (!nodes[i].linked || nodes[i].parent != file->node.tmpfs)
            continue;
        length = dirent_put(to, i + 1, i + 1, nodes[i].directory ? DT_DIR : DT_REG, nodes[i].name);
        if (length <= 0)
            break;
        done += length;
    }
    sleeplock_release(&names);
    return done || length > 0 ? done : length ? length : -EINVAL;
}

static const struct file_ops tmpfs_file_ops = {
    .seekable = true, .read = tmpfs_read, .write = tmpfs_write, .stat = tmpfs_stat, .release = tmpfs_release};
static const struct file_ops tmpfs_dir_ops = {
    .seekable = true, .readdir = tmpfs_readdir, .stat = tmpfs_stat, .release = tmpfs_release};

// Lock of names held.
static struct tmpfs_node *find_node(const struct tmpfs_node *parent, const char *name, size_t length) {
    for (int i = 0; i < NODES; i++) {
        if (nodes[i].linked && nodes[i].parent == parent && strncmp(nodes[i].name, name, length) == 0 &&
            nodes[i].name[length] == 0)
            return &nodes[i];
    }
    return NULL;
}

// Lock of names held. The directory that the last component of `path` is in, and in *last
// that component: "" if the path is the root.
static int find_parent(struct mount *mount, const char *path, struct tmpfs_node **parent, const char **last) {
    struct tmpfs_node *at = mount->tmpfs;
    for (path++;;) {
        const char *slash = strchr(path, '/');
        if (!slash) {
            *parent = at;
            *last = path;
            return 0;
        }
        at = find_node(at, path, (size_t)(slash - path));
        if (!at)
            return -ENOENT;
        if (!at->directory)
            return -ENOTDIR;
        path = slash + 1;
    }
}

// Lock of names held.
static int create_node(struct tmpfs_node *parent, const char *name, bool directory, struct tmpfs_node **out) {
    size_t length = strlen(name);
    if (length >= NODE_NAME_LEN)
        return -ENAMETOOLONG;
    for (int i = 0; i < NODES; i++) {
        struct tmpfs_node *node = &nodes[i];
        if (!node->linked && node->references == 0) {
            memcpy(node->name, name, length + 1);
            node->parent = parent;
            node->directory = directory;
            node->linked = true;
            *out = node;
            return 0;
        }
    }
    return -ENOSPC;
}

// Lock of names held.
static int find_or_create(struct mount *mount, const char *path, int flags, struct tmpfs_node **out) {
    struct tmpfs_node *parent;
    const char *name;
    int error = find_parent(mount, path, &parent, &name);
    if (error)
        return error;
    struct tmpfs_node *node = *name ? find_node(parent, name, strlen(name)) : parent;
    if (node && (flags & O_CREAT) && (flags & O_EXCL))
        return -EEXIST;
    if (!node && (error = flags & O_CREAT ? create_node(parent, name, flags & O_DIRECTORY, &node) : -ENOENT))
        return error;
    *out = node;
    return 0;
}

static int tmpfs_open(struct mount *mount, struct file *file, const char *path, int flags) {
    struct tmpfs_node *node = NULL;
    sleeplock_acquire(&names);
    int error = find_or_create(mount, path, flags & (O_CREAT | O_EXCL), &node);
    if (!error) {
        if ((flags & O_TRUNC) && !node->directory) {
            sleeplock_acquire(&node->lock);
            truncate(node);
            sleeplock_release(&node->lock);
        }
        node->references++;
        file->node.tmpfs = node;
        file->ops = node->directory ? &tmpfs_dir_ops : &tmpfs_file_ops;
    }
    sleeplock_release(&names);
    return error;
}

static int tmpfs_unlink(struct mount *mount, const char *path) {
    struct tmpfs_node *node;
    sleeplock_acquire(&names);
    int error = find_or_create(mount, path, 0, &node);
    if (!error && node->directory)
        error = -EISDIR;
    if (!error) {
        node->linked = false;
        put_node(node);
    }
    sleeplock_release(&names);
    return error;
}

int tmpfs_make_directory(struct mount *mount, const char *path) {
    struct tmpfs_node *node;
    sleeplock_acquire(&names);
    int error = find_or_create(mount, path, O_CREAT | O_EXCL | O_DIRECTORY, &node);
    sleeplock_release(&names);
    return error;
}

int tmpfs_make_file(struct mount *mount, const char *path, const void *bytes, size_t count) {
    struct tmpfs_node *node;
    sleeplock_acquire(&names);
    int error = find_or_create(mount, path, O_CREAT | O_EXCL, &node);
    sleeplock_release(&names);
    for (size_t at = 0; !error && at < count; at += PAGE_SIZE) {
        size_t part = chunk(at, count - at);
        uint8_t *page = at < NODE_PAGES * PAGE_SIZE ? grow(node, at) : NULL;
        if (!page)
            return at < NODE_PAGES * PAGE_SIZE ? -ENOSPC : -EFBIG;
        memcpy(page, (const uint8_t *)bytes + at, part);
        node->size = at + part;
    }
    return error;
}

static int tmpfs_mount(struct mount *mount, const char *source) {
    (void)source;
    if (!ready) { // the first mount is made by the boot hart, alone
        sleeplock_init(&names, "tmpfs");
        for (int i = 0; i < NODES; i++)
            sleeplock_init(&nodes[i].lock, "tmpfs file");
        ready = true;
    }
    return create_node(NULL, "", true, &mount->tmpfs);
}

// Lock of names held.
static bool is_inside(const struct tmpfs_node *node, const struct tmpfs_node *root) {
    while (node && node != root)
        node = node->parent;
    return node != NULL;
}

static void tmpfs_unmount(struct mount *mount) {
    sleeplock_acquire(&names);
    for (int i = 0; i < NODES; i++) { // nobody has one of them open: their pages can go
        if (nodes[i].linked && is_inside(&nodes[i], mount->tmpfs))
            truncate(&nodes[i]);
    }
    for (int i = 0; i < NODES; i++) {
        struct tmpfs_node *node = &nodes[i];
        if (node != mount->tmpfs && node->linked && is_inside(node, mount->tmpfs))
            node->linked = false;
    }
    mount->tmpfs->linked = false;
    sleeplock_release(&names);
}

static void tmpfs_statfs(const struct mount *mount, struct statfs *st) {
    (void)mount;
    st->f_type = TMPFS_MAGIC;
    st->f_bsize = st->f_frsize = PAGE_SIZE;
    st->f_blocks = page_total();
    st->f_bfree = st->f_bavail = page_free_count();
    st->f_namelen = NODE_NAME_LEN - 1;
}

const struct filesystem tmp_filesystem = {
    .name = "tmpfs",
    .mount = tmpfs_mount,
    .unmount = tmpfs_unmount,
    .open = tmpfs_open,
    .unlink = tmpfs_unlink,
    .statfs = tmpfs_statfs,
};
