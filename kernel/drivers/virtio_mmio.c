// Virtio over MMIO [4.2], modern (version 2) and legacy (version 1) register layouts,
// and the split virtqueue [2.7]. Section numbers: VIRTIO 1.2.
#include "errno.h"
#include "mm.h"
#include "riscv.h"
#include "virtio.h"

// Registers [4.2.2 MMIO Device Register Layout].
#define MAGIC_VALUE         0x000
#define VERSION             0x004
#define DEVICE_ID           0x008
#define DEVICE_FEATURES     0x010
#define DEVICE_FEATURES_SEL 0x014
#define DRIVER_FEATURES     0x020
#define DRIVER_FEATURES_SEL 0x024
#define QUEUE_SEL           0x030
#define QUEUE_NUM_MAX       0x034
#define QUEUE_NUM           0x038
#define QUEUE_NOTIFY        0x050
#define INTERRUPT_STATUS    0x060
#define INTERRUPT_ACK       0x064
#define STATUS              0x070
#define CONFIG              0x100
// Version 2 only.
#define QUEUE_READY         0x044
#define QUEUE_DESC_LOW      0x080
#define QUEUE_DESC_HIGH     0x084
#define QUEUE_DRIVER_LOW    0x090
#define QUEUE_DRIVER_HIGH   0x094
#define QUEUE_DEVICE_LOW    0x0a0
#define QUEUE_DEVICE_HIGH   0x0a4
#define CONFIG_GENERATION   0x0fc
// Version 1 only [4.2.4 Legacy interface].
#define GUEST_PAGE_SIZE     0x028
#define QUEUE_ALIGN         0x03c
#define QUEUE_PFN           0x040

#define MAGIC 0x74726976u // "virt"

#define STATUS_ACKNOWLEDGE 1u // [2.1 Device Status Field]
#define STATUS_DRIVER      2u
#define STATUS_DRIVER_OK   4u
#define STATUS_FEATURES_OK 8u
#define STATUS_NEEDS_RESET 64u
#define STATUS_FAILED      128u

#define INTERRUPT_CONFIG   2u // INTERRUPT_STATUS: the configuration has changed [4.2.2]

#define VIRTIO_F_VERSION_1 (1ull << 32) // [6]

// One page holds the whole queue, in the order and with the alignment that the legacy
// layout demands [2.7.2]; a modern device is told the three addresses one by one.
#define USED_ALIGN 64u

static uint32_t reg_read(const struct virtio_device *device, unsigned offset) {
    return *(volatile uint32_t *)(device->base + offset);
}

static void reg_write(const struct virtio_device *device, unsigned offset, uint32_t value) {
    *(volatile uint32_t *)(device->base + offset) = value;
}

static void add_status(const struct virtio_device *device, uint32_t bits) {
    reg_write(device, STATUS, reg_read(device, STATUS) | bits);
}

bool virtio_probe(unsigned slot, struct virtio_device *device) {
    device->base = VIRTIO_MMIO_BASE + slot * VIRTIO_MMIO_STRIDE;
    device->irq = VIRTIO_MMIO_IRQ + slot;
    if (reg_read(device, MAGIC_VALUE) != MAGIC)
        return false;
    device->version = reg_read(device, VERSION);
    device->id = reg_read(device, DEVICE_ID);
    return (device->version == 1 || device->version == 2) && device->id != 0;
}

static uint64_t offered_features(const struct virtio_device *device) {
    reg_write(device, DEVICE_FEATURES_SEL, 0);
    uint64_t low = reg_read(device, DEVICE_FEATURES);
    reg_write(device, DEVICE_FEATURES_SEL, 1);
    return low | (uint64_t)reg_read(device, DEVICE_FEATURES) << 32;
}

int virtio_negotiate(const struct virtio_device *device, uint64_t wanted) {
    bool legacy = device->version == 1;

    reg_write(device, STATUS, 0);
    while (reg_read(device, STATUS) != 0)
        ; // the reset is over when the device says so [4.2.2.2]
    add_status(device, STATUS_ACKNOWLEDGE);
    add_status(device, STATUS_DRIVER);

    uint64_t offered = offered_features(device);
    if (!legacy) {
        if (!(offered & VIRTIO_F_VERSION_1))
            return -ENODEV;
        wanted |= VIRTIO_F_VERSION_1;
    }
    uint64_t accepted = offered & wanted;
    reg_write(device, DRIVER_FEATURES_SEL, 0);
    reg_write(device, DRIVER_FEATURES, (uint32_t)accepted);
    if (legacy) { // knows neither the high features nor FEATURES_OK [3.1.2]
        reg_write(device, GUEST_PAGE_SIZE, PAGE_SIZE);
        return 0;
    }
    reg_write(device, DRIVER_FEATURES_SEL, 1);
    reg_write(device, DRIVER_FEATURES, (uint32_t)(accepted >> 32));
    add_status(device, STATUS_FEATURES_OK);
    return reg_read(device, STATUS) & STATUS_FEATURES_OK ? 0 : -ENODEV;
}

static void write_address(const struct virtio_device *device, unsigned low, const volatile void *address) {
    reg_write(device, low, (uint32_t)(uintptr_t)address);
    reg_write(device, low + 4, (uint32_t)((uintptr_t)address >> 32));
}

int virtio_queue_init(const struct virtio_device *device, unsigned index, uint16_t size, struct virtqueue *queue) {
    size_t avail_offset = size * sizeof(struct virtq_desc);
    size_t avail_end = avail_offset + sizeof(struct virtq_avail) + size * sizeof(uint16_t) + sizeof(uint16_t);
    size_t used_offset = (avail_end + USED_ALIGN - 1) / USED_ALIGN * USED_ALIGN;
    size_t used_end =
        used_offset + sizeof(struct virtq_used) + size * sizeof(struct virtq_used_elem) + sizeof(uint16_t);
    if (used_end > PAGE_SIZE)
        return -EINVAL;

    reg_write(device, QUEUE_SEL, index);
    bool legacy = device->version == 1;
    if (reg_read(device, legacy ? QUEUE_PFN : QUEUE_READY) != 0)
        return -EBUSY;
    if (reg_read(device, QUEUE_NUM_MAX) < size)
        return -ENODEV;

    uint8_t *page = page_alloc_zero();
    if (!page)
        return -ENOMEM;
    queue->size = size;
    queue->desc = (struct virtq_desc *)page;
    queue->avail = (struct virtq_avail *)(page + avail_offset);
    queue->used = (struct virtq_used *)(page + used_offset);
    queue->last_used = 0;
    fence_all(); // the device must find zeros

    reg_write(device, QUEUE_NUM, size);
    if (legacy) {
        reg_write(device, QUEUE_ALIGN, USED_ALIGN);
        reg_write(device, QUEUE_PFN, (uint32_t)((uintptr_t)page / PAGE_SIZE));
        return 0;
    }
    write_address(device, QUEUE_DESC_LOW, queue->desc);
    write_address(device, QUEUE_DRIVER_LOW, queue->avail);
    write_address(device, QUEUE_DEVICE_LOW, queue->used);
    reg_write(device, QUEUE_READY, 1);
    return 0;
}

void virtio_start(const struct virtio_device *device) { add_status(device, STATUS_DRIVER_OK); }

void virtio_fail(const struct virtio_device *device) {
    reg_write(device, STATUS, 0); // a reset device writes to memory no more [2.4]
    add_status(device, STATUS_FAILED);
}

// [2.7.13 Supplying Buffers to The Device]
void virtio_submit(const struct virtio_device *device, struct virtqueue *queue, unsigned index, uint16_t head) {
    volatile struct virtq_avail *avail = queue->avail;
    avail->ring[avail->idx % queue->size] = head;
    fence_all(); // [2.7.13.3.1] descriptors and ring entry before the index
    avail->idx = (uint16_t)(avail->idx + 1);
    fence_all(); // [2.7.13.4.1] the index before the notification
    reg_write(device, QUEUE_NOTIFY, index);
}

// [2.7.14 Receiving Used Buffers From The Device]
bool virtio_reap(struct virtqueue *queue, uint32_t *head) {
    if (queue->last_used == queue->used->idx)
        return false;
    fence_all(); // the index before the entry and the data that it announces
    *head = queue->used->ring[queue->last_used % queue->size].id;
    queue->last_used++;
    return true;
}

bool virtio_acknowledge(const struct virtio_device *device, bool *config_changed) {
    uint32_t cause = reg_read(device, INTERRUPT_STATUS);
    *config_changed = cause & INTERRUPT_CONFIG;
    reg_write(device, INTERRUPT_ACK, cause);
    fence_all(); // a buffer used after the acknowledgement raises a new interrupt
    return !(reg_read(device, STATUS) & STATUS_NEEDS_RESET);
}

uint64_t virtio_config64(const struct virtio_device *device, unsigned offset) {
    uint64_t value;
    uint32_t before, after;
    do {
        before = device->version == 1 ? 0 : reg_read(device, CONFIG_GENERATION);
        value = reg_read(device, CONFIG + offset);
        value |= (uint64_t)reg_read(device, CONFIG + offset + 4) << 32;
        after = device->version == 1 ? 0 : reg_read(device, CONFIG_GENERATION);
    } while (before != after);
    return value;
}
