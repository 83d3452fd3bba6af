// The console's line discipline: what makes a serial line a terminal, in the canonical
// mode of POSIX (IEEE 1003.1-2017, section 11.1.6).
//
// Bytes from the UART are echoed and edited in `line`. A line that is complete moves to
// `ready`, preceded by its length, where read() takes it from; an empty one (no newline
// in it, as ^D at the start of a line gives) reads as end of file.
#include "console.h"
#include "errno.h"
#include "ioctl.h"
#include "proc.h"
#include "spinlock.h"
#include "uart.h"

#define CTRL(letter) ((letter) - '@')
#define DEL       0x7f
#define BELL      '\a'
#define LINE_MAX  255 // bytes in a line, its newline included: a length fits in one byte
#define READY_MAX 4096u

static struct {
    struct spinlock lock;
    uint8_t line[LINE_MAX];
    unsigned length;
    // Ring of complete lines; totals, byte n is at n modulo READY_MAX. Readers sleep on &put.
    uint8_t ready[READY_MAX];
    unsigned taken, put;
    unsigned rest;  // bytes still to be read of the line begun
    int foreground; // process that ^C ends; 0: none
} console = {.lock = SPINLOCK("console")};

// Lock held, as for all that follow here.
static void echo(int c) {
    if (c == '\n')
        uart_putc('\r');
    uart_putc(c);
}

static void echo_string(const char *s) {
    while (*s)
        echo(*s++);
}

static void echo_control(int c) {
    echo('^');
    echo(c + '@');
}

// Takes back the last character: all bytes of one that is more in UTF-8.
static void erase(void) {
    if (console.length == 0)
        return;
    while (console.length > 1 && (console.line[console.length - 1] & 0xc0) == 0x80)
        console.length--;
    console.length--;
    echo_string("\b \b");
}

// Hands the line to readers. Without room for it, it stays to be edited.
static void commit(void) {
    if (READY_MAX - (console.put - console.taken) < console.length + 1) {
        echo(BELL);
        return;
    }
    console.ready[console.put++ % READY_MAX] = (uint8_t)console.length;
    for (unsigned i = 0; i < console.length; i++)
        console.ready[console.put++ % READY_MAX] = console.line[i];
    console.length = 0;
    wakeup(&console.put);
}

static void add(int c) {
    // The last place is kept for the newline.
    if (console.length == LINE_MAX - (c != '\n')) {
        echo(BELL);
        return;
    }
    console.line[console.length++] = (uint8_t)c;
    echo(c);
    if (c == '\n')
        commit();
}

static void edit(int c) {
    switch (c) {
    case '\r':
        add('\n');
        break;
    case CTRL('D'):
        commit();
        break;
    case CTRL('H'):
    case DEL:
        erase();
        break;
    case CTRL('U'):
        while (console.length > 0)
            erase();
        break;
    case CTRL('C'):
        console.length = 0;
        echo_control(c);
        echo('\n');
        break;
    default:
        if (c >= ' ' || c == '\n' || c == '\t')
            add(c);
    }
}

void console_input(int c) {
    acquire(&console.lock);
    edit(c);
    int foreground = console.foreground;
    release(&console.lock);
    if (c == CTRL('C') && foreground)
        proc_kill(foreground, SIGINT);
}

// At most one line a read.
static int64_t console_read(struct file *file, struct uio *to) {
    (void)file;
    if (to->left == 0)
        return 0;
    acquire(&console.lock);
    while (console.rest == 0 && console.taken == console.put) {
        if (sleep_killable(&console.put, &console.lock)) {
            release(&console.lock);
            return -EINTR;
        }
    }
    if (console.rest == 0)
        console.rest = console.ready[console.taken++ % READY_MAX];
    int64_t done = 0;
    while (console.rest > 0 && to->left > 0) {
        uint8_t byte = console.ready[console.taken % READY_MAX];
        if (uio_put(to, &byte, 1)) {
            done = done ? done : -EFAULT;
            break;
        }
        console.taken++;
        console.rest--;
        done++;
    }
    release(&console.lock);
    return done;
}

// The lock is held for a piece at a time, so that a long write keeps neither interrupts
// nor other writers away for long.
static int64_t console_write(struct file *file, struct uio *from) {
    (void)file;
    int64_t done = 0;
    while (from->left > 0 && !proc_killed()) {
        char piece[128];
        size_t count = from->left < sizeof piece ? from->left : sizeof piece;
        if (uio_get(from, piece, count))
            return done ? done : -EFAULT;
        acquire(&console.lock);
        for (size_t i = 0; i < count; i++)
            echo(piece[i]);
        release(&console.lock);
        done += (int64_t)count;
    }
    return done;
}

static int console_stat(struct file *file, struct stat *st) {
    (void)file;
    st->st_ino = 2;
    st->st_mode = S_IFCHR | 0666;
    st->st_nlink = 1;
    return 0;
}

// There are no process groups: the "foreground group" is one process.
static int console_ioctl(struct file *file, uint64_t request, uintptr_t argument) {
    (void)file;
    const struct vm *vm = &this_proc()->vm;
    int pid;
    switch (request) {
    case TIOCGPGRP:
        acquire(&console.lock);
        pid = console.foreground;
        release(&console.lock);
        return copyout(vm, argument, &pid, sizeof pid);
    case TIOCSPGRP: {
        int error = copyin(vm, &pid, argument, sizeof pid);
        if (error)
            return error;
        acquire(&console.lock);
        console.foreground = pid;
        release(&console.lock);
        return 0;
    }
    case TIOCGWINSZ: {
        struct winsize size = {.ws_row = 24, .ws_col = 80};
        return copyout(vm, argument, &size, sizeof size);
    }
    default:
        return -ENOTTY;
    }
}

const struct file_ops console_file_ops = {
    .read = console_read, .write = console_write, .stat = console_stat, .ioctl = console_ioctl};
