// Requests of ioctl(2) that the console knows (Linux, include/uapi/asm-generic/ioctls.h).
// Shared by the kernel and user programs.
#pragma once
#include <stdint.h>

#define TIOCGPGRP  0x540f // argument: int *
#define TIOCSPGRP  0x5410 // argument: const int *
#define TIOCGWINSZ 0x5413 // argument: struct winsize *

struct winsize {
    uint16_t ws_row, ws_col, ws_xpixel, ws_ypixel;
};
