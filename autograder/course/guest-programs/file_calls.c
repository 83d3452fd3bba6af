// Calls the kernel's file system calls rightly and wrongly, and says which line was not
// answered as Linux would. For files.test.ts; not part of the course's /bin.
//
// /etc/pattern has PATTERN_SIZE bytes, byte i being pattern(i).
#include <stdbool.h>
#include "string.h"
#include "user.h"

#define PATTERN_SIZE 300001L
#define READERS      8
#define DESCRIPTORS  32
#define KERNEL       ((void *)0x80200000)
#define OWN_TEXT     ((void *)0x10000)
#define NOWHERE      ((void *)8)

static char buffer[70000];

static void check(bool holds, int line, const char *what) {
    if (!holds)
        printf("file_calls.c:%d: not so: %s\n", line, what);
}
#define CHECK(condition) check(condition, __LINE__, #condition)

static char pattern(long i) { return (char)(i * 7 + (i >> 8) * 13 + (i >> 16)); }

static bool is_pattern(const char *bytes, long count, long from) {
    for (long i = 0; i < count; i++) {
        if (bytes[i] != pattern(from + i))
            return false;
    }
    return true;
}

static int open_pattern(void) { return open("/etc/pattern", O_RDONLY); }

static void opening(void) {
    static char long_name[400];
    memset(long_name, 'a', sizeof long_name - 1);
    CHECK(open("/etc/pattern", O_RDWR) == -EROFS);
    CHECK(open("/etc/new", O_WRONLY | O_CREAT) == -EROFS);
    CHECK(open("/etc/pattern", O_RDONLY | O_CREAT | O_EXCL) == -EEXIST);
    CHECK(open("/etc", O_RDWR) == -EISDIR);
    CHECK(open("/etc/pattern", O_RDONLY | O_DIRECTORY) == -ENOTDIR);
    CHECK(open("/etc/pattern/", O_RDONLY) == -ENOTDIR);
    CHECK(open("/etc/absent", O_RDONLY) == -ENOENT);
    CHECK(open("/absent/pattern", O_RDONLY) == -ENOENT);
    CHECK(open("", O_RDONLY) == -ENOENT);
    CHECK(open(long_name, O_RDONLY) == -ENAMETOOLONG);
    CHECK(open(NOWHERE, O_RDONLY) == -EFAULT);
    CHECK(open(KERNEL, O_RDONLY) == -EFAULT);
    CHECK(close(DESCRIPTORS) == -EBADF && close(-1) == -EBADF && close(20) == -EBADF);
}

static void reading(void) {
    struct stat st;
    int fd = open_pattern();
    CHECK(fstat(fd, &st) == 0 && st.st_size == PATTERN_SIZE && (st.st_mode & S_IFMT) == S_IFREG);
    CHECK(fstat(fd, KERNEL) == -EFAULT && fstat(20, &st) == -EBADF);
    CHECK(read(fd, KERNEL, 100) == -EFAULT);
    CHECK(read(fd, OWN_TEXT, 100) == -EFAULT);
    CHECK(read(fd, NOWHERE, 0) == 0);
    CHECK(read(20, buffer, 1) == -EBADF);
    CHECK(write(fd, buffer, 1) == -EBADF);
    CHECK(lseek(fd, 0, SEEK_SET) == 0 && read(fd, buffer, 700) == 700 && is_pattern(buffer, 700, 0));
    CHECK(lseek(fd, 100, SEEK_CUR) == 800 && read(fd, buffer, 9) == 9 && is_pattern(buffer, 9, 800));
    CHECK(lseek(fd, -1, SEEK_END) == PATTERN_SIZE - 1 && read(fd, buffer, 10) == 1);
    CHECK(read(fd, buffer, 10) == 0);
    CHECK(lseek(fd, 1L << 40, SEEK_SET) == 1L << 40 && read(fd, buffer, 10) == 0);
    CHECK(lseek(fd, -1, SEEK_SET) == -EINVAL && lseek(fd, 0, 9) == -EINVAL);
    CHECK(lseek(fd, 0x7fffffffffffffff, SEEK_CUR) == -EINVAL);
    close(fd);
}

// Reads pieces of any size anywhere, as several processes do at once.
static void read_at_random(unsigned seed) {
    int fd = open_pattern();
    for (int round = 0; round < 40; round++) {
        seed = seed * 1103515245 + 12345;
        long offset = seed % (PATTERN_SIZE + 100), count = (seed >> 7) % 20000;
        long there = offset > PATTERN_SIZE ? 0 : PATTERN_SIZE - offset;
        CHECK(lseek(fd, offset, SEEK_SET) == offset);
        CHECK(read(fd, buffer, (size_t)count) == (count < there ? count : there));
        CHECK(is_pattern(buffer, count < there ? count : there, offset));
    }
    close(fd);
}

static void reading_at_once(void) {
    int pid[READERS];
    for (int i = 0; i < READERS; i++) {
        pid[i] = fork();
        if (pid[i] == 0) {
            read_at_random((unsigned)i);
            exit(0);
        }
    }
    for (int i = 0; i < READERS; i++)
        CHECK(waitpid(pid[i], NULL, 0) == pid[i]);
}

static void directories(void) {
    long n, names = 0;
    int fd = open("/bin", O_RDONLY);
    CHECK(read(fd, buffer, 10) == -EISDIR);
    CHECK(getdents64(fd, buffer, 10) == -EINVAL); // no room for any record
    while ((n = getdents64(fd, buffer, 48)) > 0) {
        for (long at = 0; at < n; at += ((struct dirent64 *)(buffer + at))->d_reclen)
            names++;
    }
    CHECK(n == 0 && names > 10);
    CHECK(lseek(fd, 0, SEEK_SET) == 0 && getdents64(fd, buffer, sizeof buffer) > 0);
    CHECK(lseek(fd, 5, SEEK_SET) == 5 && getdents64(fd, buffer, sizeof buffer) == -EINVAL);
    close(fd);
    fd = open_pattern();
    CHECK(getdents64(fd, buffer, sizeof buffer) == -ENOTDIR);
    close(fd);

    CHECK(chdir("/etc/pattern") == -ENOTDIR && chdir("/absent") == -ENOENT);
    CHECK(chdir("/bin/../etc/./") == 0 && getcwd(buffer, 5) == 5 && strcmp(buffer, "/etc") == 0);
    CHECK(getcwd(buffer, 4) == -ERANGE && getcwd(KERNEL, 100) == -EFAULT);
    CHECK((fd = open("../../etc/pattern", O_RDONLY)) >= 0 && close(fd) == 0);
    CHECK(chdir("/") == 0);
}

static void writing(void) {
    struct stat st;
    int fd = open("/tmp/t", O_RDWR | O_CREAT | O_EXCL);
    CHECK(open("/tmp/t", O_RDWR | O_CREAT | O_EXCL) == -EEXIST);
    CHECK(open("/tmp/folder/t", O_RDWR | O_CREAT) == -ENOENT);
    for (long i = 0; i < 70000; i++)
        buffer[i] = pattern(i);
    CHECK(write(fd, buffer, 70000) == 70000 && lseek(fd, 0, SEEK_CUR) == 70000);
    memset(buffer, 0, sizeof buffer);
    CHECK(lseek(fd, 3, SEEK_SET) == 3 && read(fd, buffer, 70000) == 69997 && is_pattern(buffer, 69997, 3));
    CHECK(write(fd, KERNEL, 5) == -EFAULT);

    CHECK(lseek(fd, 100000, SEEK_SET) == 100000 && write(fd, "x", 1) == 1); // leaves a hole
    CHECK(fstat(fd, &st) == 0 && st.st_size == 100001);
    CHECK(lseek(fd, 80000, SEEK_SET) == 80000 && read(fd, buffer, 1) == 1 && buffer[0] == 0);
    CHECK(lseek(fd, 3 << 20, SEEK_SET) == 3 << 20 && write(fd, "x", 1) == -EFBIG);

    int appending = open("/tmp/t", O_WRONLY | O_APPEND);
    CHECK(write(appending, "yz", 2) == 2 && fstat(fd, &st) == 0 && st.st_size == 100003);
    CHECK(read(appending, buffer, 1) == -EBADF);
    close(appending);

    CHECK(unlink("/tmp/t") == 0 && unlink("/tmp/t") == -ENOENT && unlink("/etc/pattern") == -EROFS);
    CHECK(lseek(fd, 0, SEEK_SET) == 0 && read(fd, buffer, 1) == 1); // lives until it is closed
    close(fd);
    for (int i = 0; i < 150; i++) { // more in all than there is memory
        fd = open("/tmp/t", O_WRONLY | O_CREAT | O_TRUNC);
        CHECK(write(fd, buffer, sizeof buffer) == sizeof buffer && write(fd, buffer, sizeof buffer) == sizeof buffer);
        close(fd);
    }
    unlink("/tmp/t");
}

static void descriptors(void) {
    int fd[2], last = 0;
    for (int next; (next = open("/dev/null", O_RDWR)) >= 0; last = next)
        ;
    CHECK(last == DESCRIPTORS - 1 && open("/dev/null", O_RDWR) == -EMFILE && dup(0) == -EMFILE);
    CHECK(pipe(fd) == -EMFILE && close(DESCRIPTORS - 1) == 0 && pipe(fd) == -EMFILE);
    CHECK(open("/dev/null", O_RDWR) == DESCRIPTORS - 1); // the failed pipe left nothing open
    for (int i = 3; i < DESCRIPTORS; i++)
        close(i);
    CHECK(pipe(NOWHERE) == -EFAULT);
    CHECK(pipe(fd) == 0 && fd[0] == 3 && fd[1] == 4);
    CHECK(dup(3) == 5 && dup2(4, 20) == 20 && dup2(4, DESCRIPTORS) == -EBADF && dup2(21, 22) == -EBADF);
    CHECK(write(20, "hello", 5) == 5 && read(5, buffer, 100) == 5 && memcmp(buffer, "hello", 5) == 0);
    CHECK(lseek(3, 0, SEEK_SET) == -ESPIPE && write(3, "x", 1) == -EBADF && read(4, buffer, 1) == -EBADF);
    for (int i = 3; i < DESCRIPTORS; i++)
        close(i);
}

static void pipes(void) {
    int fd[2], pid, status;
    pipe(fd);
    if ((pid = fork()) == 0) {
        for (long i = 0; i < 70000; i++)
            buffer[i] = pattern(i);
        exit(write(fd[1], buffer, 70000) != 70000);
    }
    close(fd[1]);
    long n, total = 0;
    while ((n = read(fd[0], buffer, (size_t)(1 + total % 2999))) > 0) {
        CHECK(is_pattern(buffer, n, total));
        total += n;
    }
    CHECK(n == 0 && total == 70000);
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    close(fd[0]);

    pipe(fd); // a writer without a reader
    if ((pid = fork()) == 0) {
        close(fd[0]);
        while (write(fd[1], buffer, 100) > 0)
            ;
        exit(0);
    }
    close(fd[0]);
    close(fd[1]);
    CHECK(waitpid(pid, &status, 0) == pid && WTERMSIG(status) == SIGPIPE);

    pipe(fd); // a reader that is killed while it waits
    if ((pid = fork()) == 0)
        exit((int)read(fd[0], buffer, 1));
    sleep_ns(20 * 1000000);
    CHECK(kill(pid, SIGKILL) == 0 && waitpid(pid, &status, 0) == pid && WTERMSIG(status) == SIGKILL);
    close(fd[0]);
    close(fd[1]);
}

int main(void) {
    opening();
    reading();
    reading_at_once();
    directories();
    writing();
    descriptors();
    pipes();
    printf("file_calls: done\n");
    return 0;
}
