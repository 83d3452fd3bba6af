// fatprobe [PLAN]: does what a plan says to the disk's FAT volume, and shows the machine
// what came of it. PLAN is /etc/plan without an argument. One step a line; paths are below
// the mount point /mnt, and %HH in them is a byte:
//
//   image              nothing: the machine may change the disk before the next step
//   mount SOURCE       mount(2), and its result
//   umount
//   open PATH          openat(2); the file stays open for the steps behind
//   read OFFSET COUNT  lseek(2), unless OFFSET is -, and one read(2)
//   close
//   list PATH          all records of getdents64(2)
//   stat PATH          a struct stat
//   statfs             a struct statfs
//   walk               lists every directory and reads the beginning of every file
//   loop COUNT         the lines behind this are done COUNT times
//
// A step ends with the mark FAT_RESULT: a number that counts steps, the system call's
// result, and where in this program's memory lies what was read.
#include "mark.h"
#include "string.h"
#include "user.h"

#define MOUNT_POINT "/mnt"
#define PLAN_MAX   (256 * 1024)
#define BUFFER_MAX (256 * 1024)
#define PATH_MAX   512

// A walk goes no further than this: a damaged volume may have any number of anything.
#define WALK_DEPTH   6
#define WALK_ENTRIES 300
#define WALK_BYTES   4096 // of each file

static char plan[PLAN_MAX];
static uint8_t buffer[BUFFER_MAX] __attribute__((aligned(8)));
static int file = -1;
static long walk_entries;

static _Noreturn void bad(const char *line) {
    dprintf(2, "fatprobe: cannot do this step: %s\n", line);
    exit(2);
}

static int digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// The mount point and `encoded`, with every %HH replaced.
static const char *full_path(const char *encoded) {
    static char path[PATH_MAX];
    size_t length = strlcpy(path, MOUNT_POINT, sizeof path);
    for (; *encoded && length < sizeof path - 1; length++) {
        if (encoded[0] == '%' && digit(encoded[1]) >= 0 && digit(encoded[2]) >= 0) {
            path[length] = (char)(digit(encoded[1]) << 4 | digit(encoded[2]));
            encoded += 3;
        } else
            path[length] = *encoded++;
    }
    path[length] = 0;
    return path;
}

// Bytes of records in `to`, or -errno.
static long list(const char *path, uint8_t *to, size_t size) {
    int fd = open(path, O_RDONLY | O_DIRECTORY);
    if (fd < 0)
        return fd;
    size_t length = 0;
    long n = 0;
    while (length < size && (n = getdents64(fd, to + length, size - length)) > 0)
        length += (size_t)n;
    close(fd);
    return n < 0 ? n : (long)length;
}

static long read_at(char *arguments) {
    char *space = strchr(arguments, ' ');
    long offset, count;
    if (!space)
        bad(arguments);
    *space = 0;
    if (!parse_number(space + 1, &count) || count < 0 || count > BUFFER_MAX)
        bad(space + 1);
    if (strcmp(arguments, "-") != 0) {
        if (!parse_number(arguments, &offset))
            bad(arguments);
        long at = lseek(file, offset, SEEK_SET);
        if (at < 0)
            return at;
    }
    return read(file, buffer, (size_t)count);
}

static void walk_file(const char *path) {
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return;
    read(fd, buffer, WALK_BYTES);
    close(fd);
}

// `path` has room for PATH_MAX bytes.
static void walk(char *path, int depth) {
    static uint8_t records[WALK_DEPTH + 1][8192] __attribute__((aligned(8)));
    long length = list(path, records[depth], sizeof records[depth]);
    size_t end = strlen(path);
    for (long at = 0; at < length && walk_entries < WALK_ENTRIES;) {
        const struct dirent64 *entry = (const struct dirent64 *)(records[depth] + at);
        at += entry->d_reclen;
        walk_entries++;
        if (end + 1 + strlen(entry->d_name) >= PATH_MAX)
            continue;
        path[end] = '/';
        strlcpy(path + end + 1, entry->d_name, PATH_MAX - end - 1);
        if (entry->d_type != DT_DIR)
            walk_file(path);
        else if (depth < WALK_DEPTH)
            walk(path, depth + 1);
        path[end] = 0;
    }
}

static int is(const char *line, const char *command, char **arguments) {
    size_t length = strlen(command);
    if (strncmp(line, command, length) != 0 || (line[length] != ' ' && line[length] != 0))
        return 0;
    *arguments = (char *)(uintptr_t)line + length + (line[length] == ' ');
    return 1;
}

// One step: its result, and in *size how many bytes of `buffer` belong to it.
static long do_step(char *line, long *size) {
    char *arguments;
    long result = 0;
    *size = 0;
    if (is(line, "image", &arguments))
        return 0;
    if (is(line, "mount", &arguments))
        return mount(arguments, MOUNT_POINT, "vfat", MS_RDONLY);
    if (is(line, "umount", &arguments))
        return umount(MOUNT_POINT);
    if (is(line, "open", &arguments))
        return file = open(full_path(arguments), O_RDONLY);
    if (is(line, "close", &arguments)) {
        result = close(file);
        file = -1;
        return result;
    }
    if (is(line, "read", &arguments)) {
        result = read_at(arguments);
        *size = result > 0 ? result : 0;
    } else if (is(line, "list", &arguments)) {
        result = list(full_path(arguments), buffer, sizeof buffer);
        *size = result > 0 ? result : 0;
    } else if (is(line, "stat", &arguments)) {
        result = stat(full_path(arguments), (struct stat *)buffer);
        *size = result == 0 ? (long)sizeof(struct stat) : 0;
    } else if (is(line, "statfs", &arguments)) {
        result = statfs(MOUNT_POINT, (struct statfs *)buffer);
        *size = result == 0 ? (long)sizeof(struct statfs) : 0;
    } else if (is(line, "walk", &arguments)) {
        static char path[PATH_MAX];
        strlcpy(path, MOUNT_POINT, sizeof path);
        walk_entries = 0;
        walk(path, 0);
        result = walk_entries;
    } else
        bad(line);
    return result;
}

int main(int argc, char *argv[]) {
    static char line[PATH_MAX];
    const char *name = argc > 1 ? argv[1] : "/etc/plan";
    long length = read_file(name, plan, sizeof plan), step = 0, rounds = 1;
    const char *again = plan;
    if (length < 0) {
        dprintf(2, "fatprobe: %s: %s\n", name, strerror((int)length));
        return 2;
    }
    for (; rounds > 0; rounds--) {
        for (const char *at = again; *at;) {
            const char *newline = strchr(at, '\n');
            size_t size = newline ? (size_t)(newline - at) : strlen(at);
            if (size >= sizeof line)
                bad(at);
            memcpy(line, at, size);
            line[size] = 0;
            at += size + (newline != NULL);
            if (strncmp(line, "loop ", 5) == 0) {
                if (!parse_number(line + 5, &rounds) || rounds < 1)
                    bad(line);
                again = at;
                continue;
            }
            long bytes;
            MARK4(FAT_STEP, step, 0, 0, 0);
            long result = do_step(line, &bytes);
            MARK4(FAT_RESULT, step, result, buffer, bytes);
            step++;
        }
    }
    MARK4(FAT_DONE, step, 0, 0, 0);
    return 0;
}
