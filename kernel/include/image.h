// Symbols of boot/kernel.ld: where the parts of the kernel lie. Page-aligned.
#pragma once

extern char image_start[], text_start[], text_end[], rodata_start[], rodata_end[];
extern char data_start[], data_end[], bss_start[], bss_end[];
extern char stacks_start[], stacks_end[], image_end[];
