// df [PATH...]: the file system that each path is on: its kind, the size of a block in bytes,
// blocks, and free blocks ("?" where nobody knows). For a FAT volume also what state it is in.
#include <stdbool.h>

#include "user.h"

static const char *type_name(const struct statfs *st) {
    switch (st->f_type) {
    case MSDOS_SUPER_MAGIC: return st->f_spare[2] == 16 ? "FAT16" : "FAT32";
    case TMPFS_MAGIC: return "tmpfs";
    default: return "?";
    }
}

static int df(const char *path) {
    struct statfs st;
    int error = statfs(path, &st);
    if (error) {
        dprintf(2, "df: %s: %s\n", path, strerror(error));
        return 1;
    }
    printf("%-6s %6ld %9lu ", type_name(&st), st.f_bsize, st.f_blocks);
    if (st.f_bfree == STATFS_UNKNOWN)
        printf("%9s", "?");
    else
        printf("%9lu", st.f_bfree);
    bool fat = st.f_type == MSDOS_SUPER_MAGIC;
    printf(" %s%s%s%s\n", path, fat && st.f_spare[0] & FAT_STATE_DIRTY ? ", not cleanly unmounted" : "",
           fat && st.f_spare[0] & FAT_STATE_HARD_ERRORS ? ", had disk errors" : "",
           fat && st.f_spare[0] & FAT_STATE_BACKUP ? ", by its backup boot sector" : "");
    return 0;
}

int main(int argc, char *argv[]) {
    int status = 0;
    printf("%-6s %6s %9s %9s path\n", "type", "block", "blocks", "free");
    for (int i = 1; i < argc; i++)
        status |= df(argv[i]);
    return argc == 1 ? df("/") : status;
}
