// A bit for every cluster of a volume: volume->own.
#pragma once
#include "fat.h"
#include "sleeplock.h"

#define BITMAP_PAGES 256 // 8 million clusters

struct bitmap {
    struct sleeplock lock; // guards the bits
    unsigned pages;
    uint8_t *page[BITMAP_PAGES];
};

enum fat_result bitmap_make(struct fat_volume *volume); // FR_OK or FR_NOT_ENOUGH_CORE
void bitmap_drop(struct fat_volume *volume);
// Lock held:
void bitmap_clear(struct bitmap *bitmap);
bool bitmap_tick(struct bitmap *bitmap, uint32_t cluster); // whether it was ticked before
