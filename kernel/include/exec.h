// Program loading (proc/exec.c): ELF64, static, RISC-V, as Linux's execve.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "mm.h"
#include "param.h"

// argv and envp in kernel memory.
struct exec_arguments {
    unsigned argc, envc;
    uint16_t at[2 * ARG_COUNT]; // where each string begins, argv's then envp's
    unsigned used;              // bytes of `strings`
    char *strings;              // back to back, each with its NUL: one page
};

// Copies argv and envp (user addresses; 0: none) from the current process.
// 0, -EFAULT, -E2BIG or -ENOMEM; free it unless it failed.
int exec_arguments_get(struct exec_arguments *arguments, uintptr_t argv, uintptr_t envp);
void exec_arguments_free(struct exec_arguments *arguments);

// Makes an address space from the program at `path` with arguments on its stack.
// Entry point and stack pointer in *entry and *sp. 0, or -errno with nothing left
// behind: -ENOENT and other errors of the file system; -ENOEXEC for a file that is not
// a well-formed static RISC-V ELF64 program; -ENOMEM.
int exec_load(const char *path, const struct exec_arguments *arguments, struct vm *vm, uintptr_t *entry,
              uintptr_t *sp);

// Replaces the current process's program. On failure it goes on as it was.
int proc_exec(const char *path, const struct exec_arguments *arguments);
