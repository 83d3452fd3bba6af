// mount [-t TYPE] SOURCE DIRECTORY: read-only. SOURCE is /dev/vda, or /dev/vdaN for
// partition N; TYPE is vfat without the option, or tmpfs.
#include "string.h"
#include "user.h"

int main(int argc, char *argv[]) {
    const char *type = "vfat";
    int first = 1;
    if (argc == 5 && strcmp(argv[1], "-t") == 0) {
        type = argv[2];
        first = 3;
    }
    if (argc - first != 2) {
        dprintf(2, "usage: mount [-t TYPE] SOURCE DIRECTORY\n");
        return 2;
    }
    int error = mount(argv[first], argv[first + 1], type, MS_RDONLY);
    if (error == -EINVAL && strcmp(type, "vfat") == 0)
        dprintf(2, "mount: %s: no %s volume that the kernel can read\n", argv[first], type);
    else if (error)
        dprintf(2, "mount: %s on %s: %s\n", argv[first], argv[first + 1], strerror(error));
    return error ? 1 : 0;
}
