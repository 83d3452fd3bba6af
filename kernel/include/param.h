// Limits and sizes of the kernel.
#pragma once

#define NHART 64 // harts the kernel can use
#define NPROC 128 // processes at a time

#define KSTACK_PAGES 4  // kernel stack of a process and of a hart, without its guard page
#define USTACK_PAGES 16 // user stack
#define ARG_MAX      4096 // bytes of argument and environment strings in execve: one page
#define ARG_COUNT    64   // entries of argv, and of envp
