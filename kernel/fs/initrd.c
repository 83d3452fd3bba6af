// The initial RAM disk: a cpio archive in the "newc" format (Linux,
// Documentation/driver-api/early-userspace/buffer-format.rst), unpacked into a tmpfs.
#include "errno.h"
#include "fdt.h"
#include "fs.h"
#include "printf.h"
#include "string.h"

// One member: magic, then fields of eight hexadecimal digits, then the name with its NUL,
// then the contents; name and contents end on a multiple of four bytes.
#define MAGIC       "070701"
#define MAGIC_BYTES 6u
#define FIELD_BYTES 8u
enum { FIELD_MODE = 1, FIELD_FILESIZE = 6, FIELD_NAMESIZE = 11, FIELDS = 13 };
#define HEADER_BYTES (MAGIC_BYTES + FIELDS * FIELD_BYTES)
#define TRAILER "TRAILER!!!"

bool initrd_present(void) {
    if (fdt.initrd.end <= fdt.initrd.start)
        return false;
    if (fdt.initrd.end - fdt.initrd.start < HEADER_BYTES ||
        memcmp((const void *)fdt.initrd.start, MAGIC, MAGIC_BYTES) != 0) {
        printf("initrd: no cpio archive (newc); ignored\n");
        return false;
    }
    return true;
}

static noreturn void damaged(const char *why, const char *name) { panic("initrd: %s: %s", name, why); }

static uint32_t field(const uint8_t *header, unsigned index) {
    const uint8_t *digit = header + MAGIC_BYTES + index * FIELD_BYTES;
    uint32_t value = 0;
    for (unsigned i = 0; i < FIELD_BYTES; i++) {
        uint8_t c = digit[i];
        uint32_t nibble = c >= '0' && c <= '9' ? c - '0' : (uint32_t)(c | 0x20) - 'a' + 10;
        if (nibble > 15)
            damaged("a header field is no hexadecimal number", "?");
        value = value << 4 | nibble;
    }
    return value;
}

// The path in the mount that a member's name stands for: "bin/sh", "./bin/sh", "/bin/sh".
static void member_path(const char *name, char path[PATH_LEN]) {
    if (name[0] == '.' && (name[1] == '/' || name[1] == 0))
        name++;
    while (*name == '/')
        name++;
    path[0] = '/';
    if (strlcpy(path + 1, name, PATH_LEN - 1) >= PATH_LEN - 1)
        damaged("the path is too long", path);
}

static void unpack(struct mount *root, const char *name, uint32_t mode, const uint8_t *bytes, uint32_t count) {
    char path[PATH_LEN];
    int error = 0;
    member_path(name, path);
    if ((mode & S_IFMT) == S_IFREG)
        error = tmpfs_make_file(root, path, bytes, count);
    else if (S_ISDIR(mode) && path[1] != 0)
        error = tmpfs_make_directory(root, path);
    // Links and devices: there are none here.
    if (error && error != -EEXIST)
        panic("initrd: cannot unpack %s: error %d", path, -error);
}

void initrd_unpack(struct mount *root) {
    const uint8_t *at = (const uint8_t *)fdt.initrd.start;
    size_t left = fdt.initrd.end - fdt.initrd.start;
    for (;;) {
        if (left < HEADER_BYTES || memcmp(at, MAGIC, MAGIC_BYTES) != 0)
            damaged("the archive ends early", "?");
        uint32_t name_size = field(at, FIELD_NAMESIZE), size = field(at, FIELD_FILESIZE);
        const char *name = (const char *)at + HEADER_BYTES;
        uint64_t contents = (HEADER_BYTES + (uint64_t)name_size + 3) & ~3UL;
        uint64_t next = (contents + size + 3) & ~3UL;
        if (name_size == 0 || contents > left || name[name_size - 1] != 0)
            damaged("a member's name does not end", "?");
        if (strcmp(name, TRAILER) == 0)
            return;
        if (contents + size > left)
            damaged("the archive ends early", name);
        unpack(root, name, field(at, FIELD_MODE), at + contents, size);
        at += next < left ? next : left;
        left -= next < left ? next : left;
    }
}
