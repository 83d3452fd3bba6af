// Pipes: a ring of bytes, one page a pipe. Readers sleep on an empty ring, writers on a
// full one; closing the last file of a side wakes the other.
#include "pipe.h"
#include "errno.h"
#include "fcntl.h"
#include "mm.h"
#include "proc.h"
#include "spinlock.h"

struct pipe {
    struct spinlock lock;
    bool reader_open, writer_open;
    // Totals; byte n is at n modulo PIPE_BYTES. read <= written <= read + PIPE_BYTES.
    // Readers sleep on &written, writers on &read.
    uint64_t read, written;
    uint8_t ring[PIPE_BYTES];
};
_Static_assert(sizeof(struct pipe) <= PAGE_SIZE, "one page a pipe");

// How much lies in one piece from total `from` on, at most `limit`.
static size_t contiguous(uint64_t from, uint64_t limit) {
    uint64_t piece = PIPE_BYTES - from % PIPE_BYTES;
    return piece < limit ? piece : limit;
}

static int64_t pipe_read(struct file *file, struct uio *to) {
    struct pipe *pipe = file->node.pipe;
    int64_t done = 0;

    if (to->left == 0)
        return 0;
    acquire(&pipe->lock);
    while (pipe->read == pipe->written && pipe->writer_open) {
        if (sleep_killable(&pipe->written, &pipe->lock)) {
            release(&pipe->lock);
            return -EINTR;
        }
    }
    while (to->left > 0 && pipe->read < pipe->written) {
        uint64_t available = pipe->written - pipe->read;
        size_t part = contiguous(pipe->read, available < to->left ? available : to->left);
        if (uio_put(to, pipe->ring + pipe->read % PIPE_BYTES, part)) {
            done = done ? done : -EFAULT;
            break;
        }
        pipe->read += part;
        done += (int64_t)part;
    }
    wakeup(&pipe->read);
    release(&pipe->lock);
    return done;
}

// Lock held. Sleeps until `wanted` bytes have room. 0, -EPIPE or -EINTR.
static int wait_for_room(struct pipe *pipe, size_t wanted) {
    while (pipe->reader_open && PIPE_BYTES - (pipe->written - pipe->read) < wanted) {
        if (sleep_killable(&pipe->read, &pipe->lock))
            return -EINTR;
    }
    return pipe->reader_open ? 0 : -EPIPE;
}

static int64_t pipe_write(struct file *file, struct uio *from) {
    struct pipe *pipe = file->node.pipe;
    // A write that the ring can hold is atomic: it waits for room for all of it.
    size_t wanted = from->left <= PIPE_BYTES ? from->left : 1;
    int64_t done = 0;
    int error = 0;

    acquire(&pipe->lock);
    while (from->left > 0 && !(error = wait_for_room(pipe, wanted))) {
        uint64_t room = PIPE_BYTES - (pipe->written - pipe->read);
        size_t part = contiguous(pipe->written, room < from->left ? room : from->left);
        if ((error = uio_get(from, pipe->ring + pipe->written % PIPE_BYTES, part)))
            break;
        pipe->written += part;
        done += (int64_t)part;
        wanted = from->left < wanted ? from->left : wanted;
        wakeup(&pipe->written);
    }
    release(&pipe->lock);
    if (error == -EPIPE)
        proc_kill(this_proc()->pid, SIGPIPE);
    return done ? done : error;
}

static int pipe_stat(struct file *file, struct stat *st) {
    (void)file;
    st->st_mode = S_IFIFO | 0600;
    st->st_nlink = 1;
    st->st_blksize = PIPE_BYTES;
    return 0;
}

static void pipe_release(struct file *file) {
    struct pipe *pipe = file->node.pipe;
    acquire(&pipe->lock);
    if ((file->flags & O_ACCMODE) == O_WRONLY) {
        pipe->writer_open = false;
        wakeup(&pipe->written);
    } else {
        pipe->reader_open = false;
        wakeup(&pipe->read);
    }
    bool unused = !pipe->reader_open && !pipe->writer_open;
    release(&pipe->lock);
    if (unused)
        page_free(pipe);
}

static const struct file_ops pipe_file_ops = {
    .read = pipe_read, .write = pipe_write, .stat = pipe_stat, .release = pipe_release};

int pipe_open(struct file **reader, struct file **writer) {
    struct pipe *pipe = page_alloc();
    if (!pipe)
        return -ENOMEM;
    *reader = file_alloc(O_RDONLY);
    *writer = file_alloc(O_WRONLY);
    if (!*reader || !*writer) {
        if (*reader)
            file_close(*reader);
        if (*writer)
            file_close(*writer);
        page_free(pipe);
        return -ENFILE;
    }
    spinlock_init(&pipe->lock, "pipe");
    pipe->reader_open = pipe->writer_open = true;
    pipe->read = pipe->written = 0;
    (*reader)->node.pipe = (*writer)->node.pipe = pipe;
    (*reader)->ops = (*writer)->ops = &pipe_file_ops;
    return 0;
}
