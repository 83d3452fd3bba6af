// A volume's FAT in memory: v->own is a page of pointers to pages, each a part of the FAT.
#pragma once
#include "fat.h"

enum fat_result cached_fat_load(struct fat_volume *v); // FR_NOT_ENOUGH_CORE, FR_DISK_ERR
void cached_fat_drop(struct fat_volume *v);
uint32_t cached_fat_entry(const struct fat_volume *v, uint32_t cluster);
