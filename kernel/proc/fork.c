// New processes: fork by copy, and spawn.
#include "errno.h"
#include "exec.h"
#include "proc_table.h"
#include "string.h"

// The child becomes runnable; its pid.
static int launch(struct proc *child, struct proc *parent) {
    fd_table_copy(&child->files, &parent->files);
    acquire(&wait_lock);
    child->parent = parent;
    release(&wait_lock);

    int pid = child->pid; // once it runs it may be gone at any time
    acquire(&child->lock);
    sched_enqueue(child, SCHED_NEW);
    release(&child->lock);
    return pid;
}

int proc_fork(void) {
    struct proc *parent = this_proc(), *child = proc_alloc();
    if (!child)
        return -EAGAIN;
    int error = vm_create(&child->vm);
    if (!error)
        error = vm_copy(&child->vm, &parent->vm);
    if (error) {
        proc_free(child);
        return error;
    }
    *child->frame = *parent->frame;
    child->frame->x[REG_A0] = 0; // fork returns 0 to the child
    strlcpy(child->name, parent->name, sizeof child->name);
    return launch(child, parent);
}

int proc_spawn(const char *path, const struct exec_arguments *arguments) {
    struct proc *child = proc_alloc();
    if (!child)
        return -EAGAIN;
    uintptr_t entry, sp;
    int error = exec_load(path, arguments, &child->vm, &entry, &sp);
    if (error) {
        proc_free(child);
        return error;
    }
    user_frame_init(child->frame, entry, sp);
    proc_set_name(child, path);
    return launch(child, this_proc());
}
