// Where a read puts its bytes or a write takes them from: user memory of the
// current process, or kernel memory. One code path serves both (fs/uio.c).
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct uio {
    bool user;      // `base` is an address of the current process
    uintptr_t base; // next byte
    size_t left;    // bytes still wanted
};

struct uio uio_kernel(void *buffer, size_t count);
struct uio uio_user(uintptr_t address, size_t count);

// Moves `count` bytes (at most u->left) and advances. 0 or -EFAULT.
int uio_put(struct uio *u, const void *from, size_t count); // a read delivers
int uio_get(struct uio *u, void *to, size_t count);         // a write collects
int uio_zero(struct uio *u, size_t count);                  // delivers zeros
