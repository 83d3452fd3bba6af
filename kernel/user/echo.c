#include "string.h"
#include "user.h"

int main(int argc, char *argv[]) {
    int first = argc > 1 && strcmp(argv[1], "-n") == 0 ? 2 : 1;
    for (int i = first; i < argc; i++)
        printf(i + 1 < argc ? "%s " : "%s", argv[i]);
    if (first == 1)
        printf("\n");
    return 0;
}
