// Pipes (fs/pipe.c): a ring of bytes between a reading and a writing file.
#pragma once
#include "file.h"

#define PIPE_BYTES 2048u // atomic up to this much, as PIPE_BUF promises

// Two open files, one reference each. 0 or -ENFILE, -ENOMEM.
int pipe_open(struct file **reader, struct file **writer);
