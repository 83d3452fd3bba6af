// Copies between kernel and user memory, page by page through vm_translate().
#include <stdbool.h>
#include "errno.h"
#include "mm.h"
#include "string.h"

// Bytes from `address` to the end of its page, at most `count`.
static size_t in_page(uintptr_t address, size_t count) {
    size_t room = PAGE_SIZE - address % PAGE_SIZE;
    return count < room ? count : room;
}

int copyin(const struct vm *vm, void *to, uintptr_t from, size_t count) {
    char *t = to;
    while (count > 0) {
        size_t part = in_page(from, count);
        const void *f = vm_translate(vm, from, PTE_R);
        if (!f)
            return -EFAULT;
        memcpy(t, f, part);
        t += part, from += part, count -= part;
    }
    return 0;
}

int copyout(const struct vm *vm, uintptr_t to, const void *from, size_t count) {
    const char *f = from;
    while (count > 0) {
        size_t part = in_page(to, count);
        void *t = vm_translate(vm, to, PTE_W);
        if (!t)
            return -EFAULT;
        memcpy(t, f, part);
        f += part, to += part, count -= part;
    }
    return 0;
}

int zeroout(const struct vm *vm, uintptr_t to, size_t count) {
    while (count > 0) {
        size_t part = in_page(to, count);
        void *t = vm_translate(vm, to, PTE_W);
        if (!t)
            return -EFAULT;
        memset(t, 0, part);
        to += part, count -= part;
    }
    return 0;
}

int64_t copyinstr(const struct vm *vm, char *to, uintptr_t from, size_t size) {
    size_t length = 0;
    while (length < size) {
        size_t part = in_page(from, size - length);
        const char *f = vm_translate(vm, from, PTE_R);
        if (!f)
            return -EFAULT;
        size_t text = strnlen(f, part);
        memcpy(to + length, f, text);
        length += text;
        if (text < part) {
            to[length] = 0;
            return (int64_t)length;
        }
        from += part;
    }
    return -ENAMETOOLONG;
}
