// Virtio block device [5.2], read-only use. Section numbers: VIRTIO 1.2.
//
// Up to REQUESTS reads are in flight at once. Request i owns descriptors 3i .. 3i+2, so
// a chain never has to be allocated, and the head that the device hands back names the
// request. Processes sleep on their request; the interrupt handler wakes them.
#include "errno.h"
#include "mm.h"
#include "printf.h"
#include "plic.h"
#include "proc.h"
#include "spinlock.h"
#include "virtio.h"

#define REQUESTS    16u
#define DESCRIPTORS 64u // a power of two with room for three a request [2.7]
#define REQUEST_QUEUE 0u
#define SECTOR      512u // unit of the device's addresses, whatever its block size [5.2.2]

#define VIRTIO_BLK_CAPACITY 0x00 // offset in the configuration space [5.2.4]
#define VIRTIO_BLK_T_IN  0u      // read
#define VIRTIO_BLK_S_OK  0u
#define STATUS_PENDING   0xffu   // ours: the device has not written its status byte

// What the device reads and writes besides the data [5.2.6]: DMA memory.
struct blk_command {
    uint32_t type;
    uint32_t reserved;
    uint64_t sector;
    volatile uint8_t status;
    uint8_t padding[15];
};

enum request_state { REQUEST_FREE, REQUEST_IN_FLIGHT, REQUEST_DONE };

static struct {
    struct spinlock lock; // guards what follows, and the queue
    struct virtio_device device;
    bool present;
    bool broken; // asked for a reset, or spoke nonsense: no further requests
    uint64_t capacity; // also read without the lock: one load
    struct virtqueue queue;
    struct blk_command *command; // [REQUESTS], one page
    enum request_state state[REQUESTS];
    unsigned free; // requests in state REQUEST_FREE; who needs one sleeps on its address
} disk;

// Lock held. Fails every request in flight: nobody else will finish them.
static void disk_break(const char *why) {
    printf("virtio-blk: %s\n", why);
    disk.broken = true;
    virtio_fail(&disk.device);
    for (unsigned i = 0; i < REQUESTS; i++) {
        if (disk.state[i] == REQUEST_IN_FLIGHT) {
            disk.state[i] = REQUEST_DONE;
            wakeup(&disk.state[i]);
        }
    }
}

// Lock held, or before the disk is in use.
static void read_capacity(void) { disk.capacity = virtio_config64(&disk.device, VIRTIO_BLK_CAPACITY); }

static void disk_interrupt(void *unused) {
    (void)unused;
    bool config_changed;
    acquire(&disk.lock);
    bool healthy = virtio_acknowledge(&disk.device, &config_changed);
    if (config_changed)
        read_capacity();
    uint32_t head;
    while (!disk.broken && virtio_reap(&disk.queue, &head)) {
        unsigned i = head / 3;
        if (head % 3 != 0 || i >= REQUESTS || disk.state[i] != REQUEST_IN_FLIGHT) {
            disk_break("the device finished a request that nobody made");
            break;
        }
        disk.state[i] = REQUEST_DONE;
        wakeup(&disk.state[i]);
    }
    if (!healthy && !disk.broken)
        disk_break("the device needs a reset");
    release(&disk.lock);
}

static int disk_start(void) {
    int error = virtio_negotiate(&disk.device, 0);
    if (!error)
        error = virtio_queue_init(&disk.device, REQUEST_QUEUE, DESCRIPTORS, &disk.queue);
    if (!error && !(disk.command = page_alloc()))
        error = -ENOMEM;
    if (error)
        return error;
    disk.free = REQUESTS;
    read_capacity();
    disk.present = true;
    irq_connect(disk.device.irq, disk_interrupt, 0);
    virtio_start(&disk.device);
    return 0;
}

void virtio_blk_init(void) {
    spinlock_init(&disk.lock, "virtio-blk");
    for (unsigned slot = 0; slot < VIRTIO_MMIO_SLOTS; slot++) {
        if (!virtio_probe(slot, &disk.device) || disk.device.id != VIRTIO_ID_BLOCK)
            continue;
        int error = disk_start();
        if (!error)
            return;
        virtio_fail(&disk.device);
        printf("virtio-blk: slot %d: cannot start the device (error %d)\n", (int)slot, -error);
    }
}

uint64_t virtio_blk_capacity(void) { return disk.capacity; }

void virtio_blk_revalidate(void) {
    acquire(&disk.lock);
    if (disk.present)
        read_capacity();
    release(&disk.lock);
}

// Lock held; sleeps until a request is free.
static unsigned request_alloc(void) {
    while (disk.free == 0)
        sleep(&disk.free, &disk.lock);
    unsigned i = 0;
    while (disk.state[i] != REQUEST_FREE)
        i++;
    disk.free--;
    return i;
}

// Lock held.
static void request_free(unsigned i) {
    disk.state[i] = REQUEST_FREE;
    disk.free++;
    wakeup(&disk.free);
}

// Header, data, status: one descriptor each [5.2.6.4].
static void request_submit(unsigned i, uint64_t sector, void *buffer, uint32_t bytes) {
    struct blk_command *command = &disk.command[i];
    uint16_t head = (uint16_t)(3 * i);
    struct virtq_desc *desc = &disk.queue.desc[head];

    command->type = VIRTIO_BLK_T_IN;
    command->reserved = 0;
    command->sector = sector;
    command->status = STATUS_PENDING;
    desc[0] = (struct virtq_desc){(uintptr_t)command, 16, VIRTQ_DESC_F_NEXT, (uint16_t)(head + 1)};
    desc[1] = (struct virtq_desc){(uintptr_t)buffer, bytes, VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE,
                                  (uint16_t)(head + 2)};
    desc[2] = (struct virtq_desc){(uintptr_t)&command->status, 1, VIRTQ_DESC_F_WRITE, 0};
    disk.state[i] = REQUEST_IN_FLIGHT;
    virtio_submit(&disk.device, &disk.queue, REQUEST_QUEUE, head);
}

int virtio_blk_read(uint64_t sector, void *buffer, uint32_t count) {
    if (!disk.present)
        return -ENXIO;
    if (count == 0 || sector >= disk.capacity || count > disk.capacity - sector)
        return -EINVAL;

    acquire(&disk.lock);
    unsigned i = request_alloc();
    if (disk.broken) {
        request_free(i);
        release(&disk.lock);
        return -EIO;
    }
    request_submit(i, sector, buffer, count * SECTOR);
    while (disk.state[i] == REQUEST_IN_FLIGHT)
        sleep(&disk.state[i], &disk.lock);
    int error = disk.command[i].status == VIRTIO_BLK_S_OK ? 0 : -EIO;
    request_free(i);
    release(&disk.lock);
    return error;
}
