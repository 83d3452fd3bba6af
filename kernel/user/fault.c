// Stores to address 0, to see what becomes of a process that does.
#include "user.h"

int main(void) {
    *(volatile int *)0 = 1;
    printf("fault: the store to address 0 went through\n");
    return 1;
}
