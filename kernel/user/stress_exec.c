// stress_exec [ROUNDS]: executes damaged copies of /bin/echo: cut short, and with random
// bytes in the headers. Each must be refused with an error, or run and end, as a program
// with other contents might; what it does then is its own business, not the kernel's.
#include "user.h"
#include "string.h"

#define FILE_MAX_BYTES (128 * 1024)

static char program[FILE_MAX_BYTES], damaged[FILE_MAX_BYTES];
static const char path[] = "/tmp/damaged";

static unsigned long state = 88172645463325252UL;

static unsigned long random_number(void) { // xorshift64, Marsaglia 2003
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void write_program(const char *bytes, long length) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC);
    if (fd < 0 || write(fd, bytes, (size_t)length) != length) {
        printf("stress_exec: cannot write %s\n", path);
        exit(1);
    }
    close(fd);
}

// 1 if it was refused, 0 if it ran.
static int execute(void) {
    char *argv[] = {"damaged", NULL};
    int status, pid = spawn(path, argv);
    if (pid < 0)
        return 1;
    sleep_ns(2000000);
    kill(pid, SIGKILL); // a damaged program may well run for ever
    waitpid(pid, &status, 0);
    return 0;
}

int main(int argc, char **argv) {
    long rounds = 50, refused = 0, ran = 0;
    if (argc > 1 && !parse_number(argv[1], &rounds))
        return 2;
    long length = read_file("/bin/echo", program, sizeof program);
    if (length < 0) {
        printf("stress_exec: /bin/echo: %s\n", strerror((int)length));
        return 1;
    }
    for (long cut = 0; cut < length; cut += cut < 256 ? 8 : 1024) {
        write_program(program, cut);
        execute() ? refused++ : ran++;
    }
    for (long i = 0; i < rounds; i++) {
        memcpy(damaged, program, (size_t)length);
        for (unsigned long n = 1 + random_number() % 4; n > 0; n--) {
            unsigned long at = 4 + random_number() % (64 + 5 * 56 - 4);
            damaged[at] = (char)(random_number() % 3 == 0 ? 0xff : random_number());
        }
        write_program(damaged, length);
        execute() ? refused++ : ran++;
    }
    unlink(path);
    printf("stress_exec: %ld refused, %ld ran\n", refused, ran);
    return 0;
}
