// Paths: from what a process writes to an absolute path without "." and "..".
//
// No file system here has links, so ".." is always the component before it; it is still
// checked that what is left behind exists, since "nowhere/../etc" names nothing.
#include "errno.h"
#include "fcntl.h"
#include "fs.h"
#include "string.h"

static int check_directory(const char *absolute) {
    struct file *directory;
    int error = fs_open(absolute, O_RDONLY | O_DIRECTORY, &directory);
    if (!error)
        file_close(directory);
    return error;
}

// Appends one component to `absolute`, whose length is *length ("/" counts as 0).
static int append(char absolute[PATH_LEN], size_t *length, const char *component, size_t count) {
    if (count >= NAME_LEN || *length + 1 + count >= PATH_LEN)
        return -ENAMETOOLONG;
    absolute[(*length)++] = '/';
    memcpy(absolute + *length, component, count);
    *length += count;
    absolute[*length] = 0;
    return 0;
}

static int leave(char absolute[PATH_LEN], size_t *length) {
    if (*length == 0)
        return 0; // the root is its own parent
    int error = check_directory(absolute);
    if (error)
        return error;
    while (absolute[--*length] != '/')
        ;
    absolute[*length] = 0;
    return 0;
}

int path_resolve(const char *cwd, const char *path, char absolute[PATH_LEN]) {
    size_t length = 0;
    if (*path == 0)
        return -ENOENT;
    if (*path != '/' && cwd[1] != 0) {
        length = strlen(cwd);
        memcpy(absolute, cwd, length);
    }
    absolute[length] = 0;

    for (;;) {
        while (*path == '/')
            path++;
        if (*path == 0)
            break;
        size_t count = 0;
        while (path[count] && path[count] != '/')
            count++;
        int error = 0;
        if (count == 2 && path[0] == '.' && path[1] == '.')
            error = leave(absolute, &length);
        else if (count != 1 || path[0] != '.')
            error = append(absolute, &length, path, count);
        if (error)
            return error;
        path += count;
    }
    if (length == 0)
        memcpy(absolute, "/", 2);
    return 0;
}
