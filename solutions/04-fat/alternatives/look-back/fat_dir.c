// Alternative: long entries are passed over until the short one is found; then the reader looks
// back, entry by entry, for a long name that ends there.
//
// Directories: entries of 32 bytes, long names, and the walk along a path
// [sections "FAT Directory Structure", "FAT Long Directory Entries"].
#include "fat.h"
#include "string.h"

#define DIR_MAX_BYTES (65536u * FAT_DIRENT_BYTES)

// Short entry, byte offsets.
#define DIR_Name       0
#define DIR_Attr      11
#define DIR_NTRes     12
#define DIR_FstClusHI 20
#define DIR_FstClusLO 26
#define DIR_FileSize  28

#define ATTR_VOLUME_ID 0x08u
#define ATTR_DIRECTORY 0x10u
#define ATTR_LONG_NAME 0x0fu
#define ATTR_LONG_NAME_MASK 0x3fu

#define NTRES_LOWER_NAME 0x08u // Windows NT: the 8 are lower case,
#define NTRES_LOWER_EXT  0x10u // the 3 are

#define NAME_FREE     0xe5u // DIR_Name[0]: deleted entry
#define NAME_END      0x00u // DIR_Name[0]: this and all later entries are free
#define NAME_IS_E5    0x05u // DIR_Name[0]: stands for a first character 0xe5

// Long entry, byte offsets.
#define LDIR_Ord     0
#define LDIR_Chksum 13
#define LAST_LONG_ENTRY 0x40u
#define LONG_UNITS   13u // UTF-16 units in an entry
#define LONG_ENTRIES 20u
#define LONG_NAME_MAX 255u // units

// A long name, collected from its first piece on.
struct long_name {
    uint16_t unit[LONG_ENTRIES * LONG_UNITS + 1];
};

// "ChkSum()" of the specification: rotate right, add.
static uint8_t short_name_checksum(const uint8_t *name) {
    uint8_t sum = 0;
    for (int i = 0; i < 11; i++)
        sum = (uint8_t)((sum >> 1) + (sum << 7) + name[i]);
    return sum;
}

static unsigned utf8_encode(uint32_t c, char *to) {
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xc0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (char)(0xe0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 0x3f));
        to[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    to[0] = (char)(0xf0 | c >> 18);
    to[1] = (char)(0x80 | (c >> 12 & 0x3f));
    to[2] = (char)(0x80 | (c >> 6 & 0x3f));
    to[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

static bool is_low_surrogate(uint32_t unit) { return unit >= 0xdc00 && unit < 0xe000; }

// False if it is empty or too long, in units or in bytes, or has half a surrogate pair.
static bool long_name_to_utf8(const struct long_name *name, char *to) {
    unsigned length = 0;
    const uint16_t *unit = name->unit;
    for (; *unit; unit++) {
        uint32_t c = *unit;
        if (is_low_surrogate(c))
            return false;
        if (c >= 0xd800 && c < 0xdc00) {
            unit++;
            if (!is_low_surrogate(*unit))
                return false;
            c = 0x10000 + ((c - 0xd800) << 10) + (*unit - 0xdc00u);
        }
        char bytes[4];
        unsigned count = utf8_encode(c, bytes);
        if (length + count >= NAME_LEN)
            return false;
        memcpy(to + length, bytes, count);
        length += count;
    }
    to[length] = 0;
    return length > 0 && unit - name->unit <= LONG_NAME_MAX;
}

static char to_lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c; }

// Copies `count` characters padded with spaces, without the padding. Returns their number.
static unsigned unpad(char *to, const uint8_t *from, unsigned count, bool lower) {
    while (count > 0 && from[count - 1] == ' ')
        count--;
    for (unsigned i = 0; i < count; i++)
        to[i] = lower ? to_lower((char)from[i]) : (char)from[i];
    return count;
}

static void short_name(char to[13], const uint8_t *entry, uint8_t lower) {
    unsigned length = unpad(to, entry + DIR_Name, 8, lower & NTRES_LOWER_NAME);
    if (entry[DIR_Name] == NAME_IS_E5)
        to[0] = (char)0xe5;
    to[length] = '.';
    unsigned extension = unpad(to + length + 1, entry + DIR_Name + 8, 3, lower & NTRES_LOWER_EXT);
    to[extension ? length + 1 + extension : length] = 0;
}

// The disk offset of byte `position` of a directory; 0 in *at at its end.
static enum fat_result locate_entry(const struct fat_volume *volume, struct fat_node *dir, uint32_t position,
                                    uint64_t *at) {
    *at = 0;
    if (position >= DIR_MAX_BYTES)
        return FR_INT_ERR;
    if (dir->first_cluster == 0) { // the root directory of FAT16: fixed place and size
        if (volume->type != FAT16)
            return FR_INT_ERR;
        if (position < volume->root_entries * FAT_DIRENT_BYTES)
            *at = volume->root_start + position;
        return FR_OK;
    }
    enum fat_result result = fat_locate(volume, dir, position / volume->bytes_per_cluster, at);
    if (result == FR_OK && *at != 0)
        *at += position % volume->bytes_per_cluster;
    return result;
}

// The long name that ends right before the short entry at `position`, if there is one.
static enum fat_result look_back(const struct fat_volume *volume, struct fat_node *dir, uint32_t position,
                                 uint8_t checksum, struct long_name *name, bool *complete) {
    static const uint8_t offset[LONG_UNITS] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
    *complete = false;
    for (unsigned piece = 1; piece <= LONG_ENTRIES && position >= FAT_DIRENT_BYTES && !*complete; piece++) {
        uint8_t raw[FAT_DIRENT_BYTES];
        uint64_t at;
        position -= FAT_DIRENT_BYTES;
        enum fat_result result = locate_entry(volume, dir, position, &at);
        if (result == FR_OK)
            result = fat_read_disk(at, raw, sizeof raw);
        if (result != FR_OK)
            return result;
        if ((raw[DIR_Attr] & ATTR_LONG_NAME_MASK) != ATTR_LONG_NAME || raw[LDIR_Chksum] != checksum ||
            (raw[LDIR_Ord] & (uint8_t)~LAST_LONG_ENTRY) != piece)
            break;
        for (unsigned i = 0; i < LONG_UNITS; i++)
            name->unit[(piece - 1) * LONG_UNITS + i] = (uint16_t)le16(raw + offset[i]);
        name->unit[piece * LONG_UNITS] = 0;
        *complete = raw[LDIR_Ord] & LAST_LONG_ENTRY;
    }
    return FR_OK;
}

// One entry, with the short name that it also answers to.
struct named_entry {
    struct fat_dirent dirent;
    char short_name[13]; // "NAME.EXT"
};

// As fat_read_dirent().
static enum fat_result read_entry(const struct fat_volume *volume, struct fat_node *dir, uint32_t *position,
                                  struct named_entry *found) {
    struct long_name long_name;
    bool has_long_name;
    struct fat_dirent *entry = &found->dirent;

    for (;; *position += FAT_DIRENT_BYTES) {
        uint8_t raw[FAT_DIRENT_BYTES];
        uint64_t at;
        enum fat_result result = locate_entry(volume, dir, *position, &at);
        if (result == FR_OK && at != 0)
            result = fat_read_disk(at, raw, sizeof raw);
        if (result != FR_OK)
            return result;
        if (at == 0 || raw[DIR_Name] == NAME_END)
            return FR_NO_FILE;

        uint8_t attributes = raw[DIR_Attr];
        // "." and ".." are for the reader of paths to resolve; a volume label is no file, and
        // neither is a piece of a long name, which has the label's attribute.
        if (raw[DIR_Name] == NAME_FREE || raw[DIR_Name] == '.' || (attributes & ATTR_VOLUME_ID))
            continue;

        short_name(found->short_name, raw, 0);
        uint8_t checksum = short_name_checksum(raw + DIR_Name);
        result = look_back(volume, dir, *position, checksum, &long_name, &has_long_name);
        if (result != FR_OK)
            return result;
        if (!has_long_name || !long_name_to_utf8(&long_name, entry->name))
            short_name(entry->name, raw, raw[DIR_NTRes]);
        uint32_t cluster = le16(raw + DIR_FstClusLO);
        if (volume->type == FAT32)
            cluster |= le16(raw + DIR_FstClusHI) << 16;
        bool directory = attributes & ATTR_DIRECTORY;
        entry->node = (struct fat_node){
            .first_cluster = cluster, .directory = directory, .size = directory ? 0 : le32(raw + DIR_FileSize)};
        *position += FAT_DIRENT_BYTES;
        return FR_OK;
    }
}

enum fat_result fat_read_dirent(const struct fat_volume *volume, struct fat_node *dir, uint32_t *position,
                                struct fat_dirent *entry) {
    struct named_entry found;
    enum fat_result result = read_entry(volume, dir, position, &found);
    if (result == FR_OK)
        *entry = found.dirent;
    return result;
}

static bool same_name(const char *a, const char *b, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (b[i] == 0 || to_lower(a[i]) != to_lower(b[i]))
            return false;
    }
    return b[length] == 0;
}

static enum fat_result find_entry(const struct fat_volume *volume, struct fat_node *dir, const char *name,
                                  size_t length, struct fat_node *found) {
    struct named_entry entry;
    uint32_t position = 0;
    for (;;) {
        enum fat_result result = read_entry(volume, dir, &position, &entry);
        if (result != FR_OK)
            return result;
        if (same_name(name, entry.dirent.name, length) || same_name(name, entry.short_name, length)) {
            *found = entry.dirent.node;
            // Cluster 0 means the root directory only in a "..", which is never returned.
            return found->directory && found->first_cluster == 0 ? FR_INT_ERR : FR_OK;
        }
    }
}

enum fat_result fat_lookup(const struct fat_volume *volume, const char *path, struct fat_node *node) {
    *node = (struct fat_node){.first_cluster = volume->root_cluster, .directory = true};
    for (;;) {
        while (*path == '/')
            path++;
        if (*path == 0)
            return FR_OK;
        size_t length = 0;
        while (path[length] && path[length] != '/')
            length++;
        if (!node->directory)
            return FR_NO_PATH;
        struct fat_node child;
        enum fat_result result = find_entry(volume, node, path, length, &child);
        path += length;
        if (result == FR_NO_FILE && *path == '/')
            return FR_NO_PATH;
        if (result != FR_OK)
            return result;
        *node = child;
    }
}
