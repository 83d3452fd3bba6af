// Inside of proc/: making and freeing processes.
#pragma once
#include "proc.h"

#define INIT_PID 1

// Guards every process's `parent`, and with it who waits for whom.
extern struct spinlock wait_lock;

// Slots from procs up to here may be in use.
struct proc *proc_slots_end(void);

// A slot in state PROC_NEW with a pid, a kernel stack and an empty frame; NULL if slots or
// memory are short. Its address space, files, parent and name are the caller's to fill;
// then sched_enqueue(p, SCHED_NEW).
struct proc *proc_alloc(void);

// Frees the slot of a zombie, or of a new process that was never enqueued (with its
// address space). The caller alone knows of it: no lock needed.
void proc_free(struct proc *p);

// The frame of a program that begins.
void user_frame_init(struct trapframe *frame, uintptr_t entry, uintptr_t sp);

// The last component of `path`.
void proc_set_name(struct proc *p, const char *path);
