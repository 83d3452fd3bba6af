// The block cache: recently used blocks of the disk, a page each.
//
// Locks: the cache's spinlock guards which block a buffer holds, its references and the
// list; a buffer's sleeplock guards its bytes and `valid`. The spinlock is never held
// while sleeping, and a buffer with a reference keeps its block.
#include "blk.h"
#include "errno.h"
#include "mm.h"
#include "printf.h"
#include "proc.h"
#include "sleeplock.h"
#include "spinlock.h"
#include "virtio.h"

#define BUFFERS 64
#define SECTOR  512u
#define SECTORS_PER_BLOCK (BLK_SIZE / SECTOR)

struct buffer {
    struct sleeplock lock;
    uint64_t block;          // number on the disk
    bool valid;              // `data` is what the disk holds
    unsigned references;
    struct buffer *next, *prev; // most recently released first
    uint8_t *data;
};

static struct {
    struct spinlock lock;
    struct buffer buffer[BUFFERS];
    struct buffer list; // head of the ring
    unsigned waiting;   // processes that sleep until a buffer has no reference
} cache;

static void list_remove(struct buffer *b) {
    b->prev->next = b->next;
    b->next->prev = b->prev;
}

static void list_push(struct buffer *b) {
    b->next = cache.list.next;
    b->prev = &cache.list;
    cache.list.next->prev = b;
    cache.list.next = b;
}

void blk_cache_init(void) {
    spinlock_init(&cache.lock, "block cache");
    cache.list.next = cache.list.prev = &cache.list;
    for (int i = 0; i < BUFFERS; i++) {
        struct buffer *b = &cache.buffer[i];
        sleeplock_init(&b->lock, "block");
        b->block = UINT64_MAX;
        b->data = page_alloc();
        if (!b->data)
            panic("no memory for the block cache");
        list_push(b);
    }
}

uint64_t blk_capacity(void) { return virtio_blk_capacity() * SECTOR; }

void blk_cache_drop(void) {
    virtio_blk_revalidate();
    acquire(&cache.lock);
    for (int i = 0; i < BUFFERS; i++) {
        struct buffer *b = &cache.buffer[i];
        if (b->references == 0) {
            b->block = UINT64_MAX;
            b->valid = false;
        }
    }
    release(&cache.lock);
}

// Cache lock held. The buffer that holds `block`, else the least recently used one that
// nobody refers to, else NULL.
static struct buffer *find_buffer(uint64_t block) {
    for (struct buffer *b = cache.list.next; b != &cache.list; b = b->next) {
        if (b->block == block)
            return b;
    }
    for (struct buffer *b = cache.list.prev; b != &cache.list; b = b->prev) {
        if (b->references == 0) {
            b->block = block;
            b->valid = false;
            return b;
        }
    }
    return NULL;
}

// A reference to the block's buffer, its sleeplock held.
static struct buffer *get_buffer(uint64_t block) {
    struct buffer *b;
    acquire(&cache.lock);
    while (!(b = find_buffer(block))) {
        cache.waiting++;
        sleep(&cache, &cache.lock);
        cache.waiting--;
    }
    b->references++;
    release(&cache.lock);
    sleeplock_acquire(&b->lock);
    return b;
}

static void put_buffer(struct buffer *b) {
    sleeplock_release(&b->lock);
    acquire(&cache.lock);
    if (--b->references == 0) {
        list_remove(b);
        list_push(b);
        if (cache.waiting > 0)
            wakeup(&cache);
    }
    release(&cache.lock);
}

// Sleeplock held. The last block of a disk may be short.
static int fill_buffer(struct buffer *b) {
    uint64_t first = b->block * SECTORS_PER_BLOCK;
    uint64_t capacity = virtio_blk_capacity();
    if (first >= capacity)
        return -EIO; // the medium has changed under us
    uint64_t left = capacity - first;
    uint32_t count = left < SECTORS_PER_BLOCK ? (uint32_t)left : SECTORS_PER_BLOCK;
    int error = virtio_blk_read(first, b->data, count);
    b->valid = error == 0;
    return error;
}

int blk_read(uint64_t offset, size_t count, struct uio *to) {
    uint64_t capacity = blk_capacity();
    if (capacity == 0)
        return -ENXIO;
    if (offset > capacity || count > capacity - offset)
        return -EIO;

    while (count > 0) {
        size_t within = offset % BLK_SIZE;
        size_t part = BLK_SIZE - within < count ? BLK_SIZE - within : count;
        struct buffer *b = get_buffer(offset / BLK_SIZE);
        int error = b->valid ? 0 : fill_buffer(b);
        if (!error)
            error = uio_put(to, b->data + within, part);
        put_buffer(b);
        if (error)
            return error;
        offset += part;
        count -= part;
    }
    return 0;
}
