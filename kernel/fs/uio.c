// Moving bytes between the kernel and wherever a read or a write of a process points.
#include "uio.h"
#include "mm.h"
#include "proc.h"
#include "string.h"

struct uio uio_kernel(void *buffer, size_t count) {
    return (struct uio){.user = false, .base = (uintptr_t)buffer, .left = count};
}

struct uio uio_user(uintptr_t address, size_t count) {
    return (struct uio){.user = true, .base = address, .left = count};
}

static int advance(struct uio *u, size_t count, int error) {
    if (!error) {
        u->base += count;
        u->left -= count;
    }
    return error;
}

int uio_put(struct uio *u, const void *from, size_t count) {
    if (u->user)
        return advance(u, count, copyout(&this_proc()->vm, u->base, from, count));
    memcpy((void *)u->base, from, count);
    return advance(u, count, 0);
}

int uio_get(struct uio *u, void *to, size_t count) {
    if (u->user)
        return advance(u, count, copyin(&this_proc()->vm, to, u->base, count));
    memcpy(to, (const void *)u->base, count);
    return advance(u, count, 0);
}

int uio_zero(struct uio *u, size_t count) {
    if (u->user)
        return advance(u, count, zeroout(&this_proc()->vm, u->base, count));
    memset((void *)u->base, 0, count);
    return advance(u, count, 0);
}
