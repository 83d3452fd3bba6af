// The console: a terminal line discipline above the UART (drivers/console.c).
#pragma once
#include "file.h"

// One byte received by the UART. Interrupt context; wakes a blocked reader
// when a line is complete.
void console_input(int c);

// What an open of /dev/console behaves like.
extern const struct file_ops console_file_ops;
