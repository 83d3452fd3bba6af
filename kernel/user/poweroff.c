#include "user.h"

int main(void) {
    power_off();
    dprintf(2, "poweroff: the kernel refused\n");
    return 1;
}
