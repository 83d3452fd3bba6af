// Physical pages. Those that were never used lie behind a frontier that moves up through
// RAM; those that came back are in a list, threaded through the pages. So booting touches
// no free page.
#include <stdbool.h>
#include "fdt.h"
#include "image.h"
#include "mm.h"
#include "printf.h"
#include "spinlock.h"
#include "string.h"

#define FREE_MAGIC 0x6672656570616765UL // "freepage"

struct free_page {
    struct free_page *next;
    uint64_t magic; // FREE_MAGIC: finds a page that was written after it was freed
};

static struct spinlock page_lock = SPINLOCK("page"); // guards all of this:
static struct free_page *free_list;
static uintptr_t frontier; // next page that was never used; never in a hole
static size_t free_count;
static uint8_t *in_use; // a bit for each page from image_end on: finds a page freed twice

static size_t total;                                // constant after page_init()
static struct fdt_range holes[FDT_RESERVED_MAX + 1]; // reserved, page-aligned, ascending, disjoint;
static unsigned hole_count;                          // the last one begins at the end of RAM

// The reserved ranges, rounded to pages, sorted, merged, cut to [start, end).
static void find_holes(uintptr_t start, uintptr_t end) {
    struct fdt_range sorted[FDT_RESERVED_MAX];
    unsigned n = 0;
    for (unsigned i = 0; i < fdt.reserved_count; i++) {
        struct fdt_range r = {PAGE_DOWN(fdt.reserved[i].start), PAGE_UP(fdt.reserved[i].end)};
        if (r.end <= start || r.start >= end)
            continue;
        unsigned at = n++;
        for (; at > 0 && sorted[at - 1].start > r.start; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = r;
    }
    uintptr_t behind = start;
    for (unsigned i = 0; i < n; i++) {
        if (sorted[i].end <= behind)
            continue;
        if (sorted[i].start <= behind && hole_count > 0)
            holes[hole_count - 1].end = sorted[i].end;
        else
            holes[hole_count++] = sorted[i];
        behind = sorted[i].end;
    }
    holes[hole_count++] = (struct fdt_range){end, UINTPTR_MAX};
}

// The first page at or above `address` that is in no hole.
static uintptr_t skip_holes(uintptr_t address) {
    for (unsigned i = 0; i < hole_count; i++)
        if (address >= holes[i].start && address < holes[i].end && holes[i].end != UINTPTR_MAX)
            address = holes[i].end;
    return address;
}

static bool test_in_use(uintptr_t page, bool use) {
    size_t index = (page - (uintptr_t)image_end) / PAGE_SIZE;
    uint8_t bit = (uint8_t)(1 << index % 8);
    bool before = in_use[index / 8] & bit;
    in_use[index / 8] = use ? in_use[index / 8] | bit : in_use[index / 8] & (uint8_t)~bit;
    return before;
}

void page_init(void) {
    uintptr_t start = (uintptr_t)image_end, end = PAGE_DOWN(fdt.memory.end);
    size_t bitmap_bytes = PAGE_UP((end - start) / PAGE_SIZE / 8 + 1);
    find_holes(start, end);
    while (holes[0].start < start + bitmap_bytes && hole_count > 1) { // no room for the bitmap yet
        start = holes[0].end;
        memmove(holes, holes + 1, --hole_count * sizeof holes[0]);
    }
    if (start + bitmap_bytes + MEGAPAGE_SIZE > end)
        panic("too little memory behind the kernel");
    in_use = (uint8_t *)start;
    memset(in_use, 0, bitmap_bytes);
    start += bitmap_bytes;

    for (unsigned i = 0; i < hole_count; i++) {
        total += (holes[i].start - start) / PAGE_SIZE;
        start = holes[i].end;
    }
    frontier = skip_holes((uintptr_t)in_use + bitmap_bytes);
    free_count = total;
}

void *page_alloc(void) {
    struct free_page *page = NULL;
    acquire(&page_lock);
    if (free_list) {
        page = free_list;
        if (page->magic != FREE_MAGIC)
            panic("page %p was written after it was freed", (void *)page);
        free_list = page->next;
    } else if (frontier < holes[hole_count - 1].start) {
        page = (struct free_page *)frontier;
        frontier = skip_holes(frontier + PAGE_SIZE);
    }
    if (page) {
        test_in_use((uintptr_t)page, true);
        free_count--;
    }
    release(&page_lock);
    return page;
}

void *page_alloc_zero(void) {
    void *page = page_alloc();
    if (page)
        memset(page, 0, PAGE_SIZE);
    return page;
}

void page_free(void *page) {
    struct free_page *p = page;
    uintptr_t address = (uintptr_t)page;
    if (address % PAGE_SIZE || address < (uintptr_t)image_end || address >= fdt.memory.end)
        panic("page_free: %p is no page of the allocator", page);
    acquire(&page_lock);
    if (!test_in_use(address, false))
        panic("page_free: %p is free already", page);
    p->magic = FREE_MAGIC;
    p->next = free_list;
    free_list = p;
    free_count++;
    release(&page_lock);
}

size_t page_free_count(void) {
    acquire(&page_lock);
    size_t count = free_count;
    release(&page_lock);
    return count;
}

size_t page_total(void) { return total; }
