// Virtio devices behind memory-mapped registers: the transport, both legacy
// (version 1) and modern (version 2), and the split virtqueue.
// "Virtual I/O Device (VIRTIO) Version 1.2", OASIS; sections are cited as [2.7].
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VIRTIO_MMIO_BASE   0x10001000UL // QEMU virt: eight slots, one page each
#define VIRTIO_MMIO_STRIDE 0x1000UL
#define VIRTIO_MMIO_SLOTS  8u
#define VIRTIO_MMIO_IRQ    1u           // slot i interrupts by source 1 + i

#define VIRTIO_ID_BLOCK 2u              // device type [5]

// Descriptor table entry [2.7.5].
struct virtq_desc {
    uint64_t addr; // physical
    uint32_t len;
    uint16_t flags;
    uint16_t next;
};
#define VIRTQ_DESC_F_NEXT  1u // continues in `next`
#define VIRTQ_DESC_F_WRITE 2u // the device writes this buffer

// Available ring [2.7.6], written by the driver.
struct virtq_avail {
    uint16_t flags;
    uint16_t idx;
    uint16_t ring[];
};

// Used ring [2.7.8], written by the device.
struct virtq_used_elem {
    uint32_t id;  // head of the chain that is done
    uint32_t len; // bytes the device wrote
};
struct virtq_used {
    uint16_t flags;
    uint16_t idx;
    struct virtq_used_elem ring[];
};

struct virtqueue {
    uint16_t size; // descriptors
    struct virtq_desc *desc;
    struct virtq_avail *avail;
    volatile struct virtq_used *used;
    uint16_t last_used; // used entries the driver has seen, modulo 2^16
};

struct virtio_device {
    uintptr_t base;
    unsigned irq;
    uint32_t version; // 1 legacy, 2 modern
    uint32_t id;      // device type
};

// Looks at one slot. False if it is empty or not a virtio device.
bool virtio_probe(unsigned slot, struct virtio_device *device);

// Reset, ACKNOWLEDGE, DRIVER, features, FEATURES_OK [3.1.1 steps 1-6]. Accepts
// the features of `wanted` that the device offers. 0 or -errno.
int virtio_negotiate(const struct virtio_device *device, uint64_t wanted);

// Step 7 for one queue: gives the device a page of kernel memory that holds
// the three parts of the queue. 0 or -errno.
int virtio_queue_init(const struct virtio_device *device, unsigned index, uint16_t size, struct virtqueue *queue);

// Step 8: DRIVER_OK, the device is live.
void virtio_start(const struct virtio_device *device);

// Gives up on the device [2.1]: it stops touching memory, its requests are lost.
void virtio_fail(const struct virtio_device *device);

// Makes the chain that starts at descriptor `head` available, then notifies.
void virtio_submit(const struct virtio_device *device, struct virtqueue *queue, unsigned index, uint16_t head);

// Takes the next finished chain: its head as the device states it (not to be trusted).
// False if there is none.
bool virtio_reap(struct virtqueue *queue, uint32_t *head);

// Reads and acknowledges the interrupt cause; *config_changed says whether it was (also) a
// change of the configuration space. False if the device says that it is broken
// (DEVICE_NEEDS_RESET).
bool virtio_acknowledge(const struct virtio_device *device, bool *config_changed);

// 64-bit field of the device's configuration space, read consistently [2.5.1].
uint64_t virtio_config64(const struct virtio_device *device, unsigned offset);

// virtio_blk.c ---------------------------------------------------------------

// Boot hart, once, after plic_init(): takes the first block device among the
// slots. A machine without one is not an error until somebody reads.
void virtio_blk_init(void);

// Disk size in 512-byte sectors; 0 without a disk.
uint64_t virtio_blk_capacity(void);
// Reads the size again. An interrupt tells of a change of medium; this does not wait for it.
void virtio_blk_revalidate(void);

// Reads `count` sectors into kernel memory (physically contiguous). Sleeps: process
// context only, no spinlock held. 0, -ENXIO (no disk), -EINVAL (beyond its end)
// or -EIO (the device reported an error).
int virtio_blk_read(uint64_t sector, void *buffer, uint32_t count);
