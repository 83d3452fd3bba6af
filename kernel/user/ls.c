// ls [-l] [PATH...]: names, with -l also types and sizes; directories' entries in the
// order of their names.
#include "string.h"
#include "user.h"

#define ENTRIES_MAX 256
#define NAMES_MAX   8192
#define PATH_MAX    512

static int long_format;

static char type_letter(unsigned mode) {
    switch (mode & S_IFMT) {
    case S_IFDIR: return 'd';
    case S_IFCHR: return 'c';
    case S_IFIFO: return 'p';
    default: return '-';
    }
}

static int complain(const char *path, long error) {
    dprintf(2, "ls: %s: %s\n", path, strerror((int)error));
    return 1;
}

static int show(const char *path, const char *name) {
    struct stat st;
    if (!long_format) {
        printf("%s\n", name);
        return 0;
    }
    int error = stat(path, &st);
    if (error)
        return complain(path, error);
    printf("%c %10ld %s\n", type_letter(st.st_mode), st.st_size, name);
    return 0;
}

static struct {
    char *name[ENTRIES_MAX];
    unsigned count;
    char names[NAMES_MAX];
    size_t used;
} directory;

static int add(const char *name) {
    size_t size = strlen(name) + 1;
    if (directory.count == ENTRIES_MAX || size > NAMES_MAX - directory.used)
        return -E2BIG;
    char *copy = memcpy(directory.names + directory.used, name, size);
    directory.used += size;
    unsigned at = directory.count++;
    for (; at > 0 && strcmp(directory.name[at - 1], copy) > 0; at--)
        directory.name[at] = directory.name[at - 1];
    directory.name[at] = copy;
    return 0;
}

// Reads all entries of the open directory. 0 or -errno.
static long read_directory(int fd) {
    static char buffer[2048] __attribute__((aligned(8)));
    long n, error = 0;
    directory.count = 0;
    directory.used = 0;
    while (!error && (n = getdents64(fd, buffer, sizeof buffer)) > 0) {
        for (long at = 0; at < n && !error;) {
            const struct dirent64 *entry = (const struct dirent64 *)(buffer + at);
            error = add(entry->d_name);
            at += entry->d_reclen;
        }
    }
    return error ? error : n;
}

static int show_directory(const char *path, int fd) {
    static char entry[PATH_MAX];
    long error = read_directory(fd);
    int status = error ? complain(path, error) : 0;
    size_t length = strlcpy(entry, path, sizeof entry);
    if (length + 1 >= sizeof entry)
        return complain(path, -ENAMETOOLONG);
    entry[length++] = '/';
    for (unsigned i = 0; i < directory.count; i++) {
        strlcpy(entry + length, directory.name[i], sizeof entry - length);
        status |= show(entry, directory.name[i]);
    }
    return status;
}

static int ls(const char *path, int heading) {
    struct stat st;
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return complain(path, fd);
    int status = fstat(fd, &st);
    if (status)
        complain(path, status);
    else if (!S_ISDIR(st.st_mode))
        status = show(path, path);
    else {
        if (heading)
            printf("%s:\n", path);
        status = show_directory(path, fd);
    }
    close(fd);
    return status != 0;
}

int main(int argc, char *argv[]) {
    int first = 1;
    for (; first < argc && argv[first][0] == '-'; first++) {
        if (strcmp(argv[first], "-l") != 0) {
            dprintf(2, "usage: ls [-l] [PATH...]\n");
            return 2;
        }
        long_format = 1;
    }
    int status = first == argc ? ls(".", 0) : 0;
    for (int i = first; i < argc; i++)
        status |= ls(argv[i], argc - first > 1);
    return status;
}
