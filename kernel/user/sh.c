// sh [-c COMMANDS | FILE]: the shell. From the console it prompts with "$ ".
//
//   line     = pipeline { (';' | '&') pipeline } [';' | '&']
//   pipeline = command { '|' command }
//   command  = { word | '<' word | '>' word | '>>' word }
//
// Words may be quoted with '...', "..." and '\'; '#' at the beginning of a word starts a
// comment; $? is the status of the last pipeline. '&' does not wait for its pipeline.
// Built in: cd [DIR], exit [STATUS], wait. Other commands are programs in /bin, or
// anywhere if their name has a '/'.
#include <stdbool.h>
#include "ioctl.h"
#include "string.h"
#include "user.h"

#define LINE_SIZE    1024
#define ARGS_MAX     48
#define COMMANDS_MAX 8

struct command {
    char *argv[ARGS_MAX + 1];
    int argc;
    char *input, *output; // NULL: inherited
    bool append;
};

struct pipeline {
    struct command command[COMMANDS_MAX];
    int count;
    bool background;
};

static int last_status;
static bool interactive;
static int console = -1; // for the console's foreground process, never for data

// Parsing -----------------------------------------------------------------------------

enum token { END, WORD, PIPE, INPUT, OUTPUT, APPEND, SEMICOLON, AMPERSAND, BAD };

static struct {
    const char *at;               // next character of the line
    char words[2 * LINE_SIZE];    // of the pipeline: room for "$?" to grow
    size_t used;
    char *word;                   // of the token WORD
    const char *error;
} parser;

static void put(char c) {
    if (parser.used < sizeof parser.words)
        parser.words[parser.used++] = c;
    else
        parser.error = "line too long";
}

static void put_status(void) {
    int status = last_status; // 0..255
    if (status >= 100)
        put((char)('0' + status / 100));
    if (status >= 10)
        put((char)('0' + status / 10 % 10));
    put((char)('0' + status % 10));
}

// What stands for itself or for $?, within double quotes and without quotes.
static void put_expanded(void) {
    if (parser.at[0] == '$' && parser.at[1] == '?') {
        put_status();
        parser.at += 2;
    } else {
        put(*parser.at++);
    }
}

static void quoted(char quote) {
    while (*parser.at && *parser.at != quote) {
        if (quote == '\'') {
            put(*parser.at++);
            continue;
        }
        if (*parser.at == '\\' && parser.at[1] && strchr("\"\\$", parser.at[1])) {
            put(parser.at[1]);
            parser.at += 2;
            continue;
        }
        put_expanded();
    }
    if (*parser.at == 0)
        parser.error = "a quote is not closed";
    else
        parser.at++;
}

static enum token word(void) {
    parser.word = parser.words + parser.used;
    while (*parser.at && !strchr(" \t\n|<>;&", *parser.at)) {
        if (*parser.at == '\'' || *parser.at == '"') {
            quoted(*parser.at++);
        } else if (*parser.at == '\\' && parser.at[1]) {
            put(parser.at[1]);
            parser.at += 2;
        } else {
            put_expanded();
        }
    }
    put(0);
    return parser.error ? BAD : WORD;
}

static enum token next_token(void) {
    while (*parser.at && strchr(" \t\n", *parser.at))
        parser.at++;
    switch (*parser.at) {
    case 0:
    case '#':
        return END;
    case '|':
        return parser.at++, PIPE;
    case '<':
        return parser.at++, INPUT;
    case ';':
        return parser.at++, SEMICOLON;
    case '&':
        return parser.at++, AMPERSAND;
    case '>':
        parser.at++;
        if (*parser.at != '>')
            return OUTPUT;
        return parser.at++, APPEND;
    default:
        return word();
    }
}

static bool syntax_error(const char *what) {
    if (!parser.error)
        parser.error = what;
    return false;
}

static bool redirect(struct command *command, enum token kind) {
    if (next_token() != WORD)
        return syntax_error("a redirection needs a file name");
    if (kind == INPUT) {
        command->input = parser.word;
    } else {
        command->output = parser.word;
        command->append = kind == APPEND;
    }
    return true;
}

// The next pipeline of the line, and the token that ended it. False: syntax error.
static bool parse_pipeline(struct pipeline *p, enum token *end) {
    memset(p, 0, sizeof *p);
    parser.used = 0;
    for (;;) {
        struct command *command = &p->command[p->count];
        enum token token = next_token();
        bool empty = command->argc == 0 && !command->input && !command->output;
        switch (token) {
        case BAD:
            return false;
        case WORD:
            if (command->argc == ARGS_MAX)
                return syntax_error("too many arguments");
            command->argv[command->argc++] = parser.word;
            break;
        case INPUT:
        case OUTPUT:
        case APPEND:
            if (!redirect(command, token))
                return false;
            break;
        case PIPE:
            if (empty)
                return syntax_error("no command before '|'");
            if (++p->count == COMMANDS_MAX)
                return syntax_error("too many commands in a pipeline");
            break;
        default:
            if (empty && p->count > 0)
                return syntax_error("no command after '|'");
            if (empty && token == AMPERSAND)
                return syntax_error("no command before '&'");
            p->count += !empty;
            p->background = token == AMPERSAND;
            *end = token;
            return true;
        }
    }
}

// Running -----------------------------------------------------------------------------

static int change_directory(const struct command *command) {
    const char *to = command->argc > 1 ? command->argv[1] : "/";
    int error = chdir(to);
    if (error)
        dprintf(2, "sh: cd: %s: %s\n", to, strerror(error));
    return error != 0;
}

static int leave(const struct command *command) {
    long status = last_status;
    if (command->argc > 1 && !parse_number(command->argv[1], &status)) {
        dprintf(2, "sh: exit: %s: not a number\n", command->argv[1]);
        status = 2;
    }
    exit((int)status);
}

static int wait_for_all(const struct command *command) {
    (void)command;
    while (waitpid(-1, NULL, 0) > 0)
        ;
    return 0;
}

static const struct {
    const char *name;
    int (*run)(const struct command *command);
} builtins[] = {{"cd", change_directory}, {"exit", leave}, {"wait", wait_for_all}};

static bool run_builtin(const struct command *command, int *status) {
    for (size_t i = 0; i < sizeof builtins / sizeof builtins[0]; i++) {
        if (strcmp(command->argv[0], builtins[i].name) == 0) {
            *status = builtins[i].run(command);
            return true;
        }
    }
    return false;
}

// A command may be nothing but redirections.
static const char *name_of(const struct command *command) { return command->argc > 0 ? command->argv[0] : ">"; }

// In the child: descriptor `fd` becomes the file at `path`, or the child ends.
static void reopen(int fd, const char *path, int flags) {
    int file = open(path, flags);
    if (file < 0) {
        dprintf(2, "sh: %s: %s\n", path, strerror(file));
        exit(1);
    }
    if (file != fd) {
        dup2(file, fd);
        close(file);
    }
}

// In the child: becomes the command's program.
static _Noreturn void execute(const struct command *command) {
    static char *const environment[] = {"PATH=/bin", NULL};
    static char path[LINE_SIZE + sizeof "/bin/"];
    char *name = command->argv[0];
    int status;

    if (command->input)
        reopen(0, command->input, O_RDONLY);
    if (command->output)
        reopen(1, command->output, O_WRONLY | O_CREAT | (command->append ? O_APPEND : O_TRUNC));
    if (command->argc == 0)
        exit(0); // `> file` makes the file and no more
    if (run_builtin(command, &status))
        exit(status);
    bool has_slash = strchr(name, '/');
    strlcpy(path, has_slash ? "" : "/bin/", sizeof path);
    strlcpy(path + strlen(path), name, sizeof path - strlen(path));
    int error = execve(path, command->argv, environment);
    bool missing = error == -ENOENT && !has_slash;
    dprintf(2, "sh: %s: %s\n", name, missing ? "not found" : strerror(error));
    exit(error == -ENOENT ? 127 : 126);
}

// Whom ^C ends. The shell that prompts says it, or one that ^C would end itself: so the
// program in the foreground gets it, through scripts in between, and no one else.
static void set_foreground(int pid) { ioctl(console, TIOCSPGRP, &pid); }

static bool is_foreground(void) {
    int pid;
    return interactive || (ioctl(console, TIOCGPGRP, &pid) == 0 && pid == getpid());
}

static void close_all(const int *fds, int count) {
    for (int i = 0; i < count; i++) {
        if (fds[i] >= 0)
            close(fds[i]);
    }
}

// Starts every command; returns how many, their pids in `pid`.
static int start_pipeline(struct pipeline *p, int pid[COMMANDS_MAX]) {
    int from_previous = -1;
    for (int i = 0; i < p->count; i++) {
        int fd[2] = {-1, -1};
        int error = i + 1 < p->count ? pipe(fd) : 0;
        pid[i] = error ? error : fork();
        if (pid[i] == 0) {
            if (p->background && i == 0)
                reopen(0, "/dev/null", O_RDONLY);
            if (from_previous >= 0)
                dup2(from_previous, 0);
            if (fd[1] >= 0)
                dup2(fd[1], 1);
            close_all((int[]){from_previous, fd[0], fd[1]}, 3);
            execute(&p->command[i]);
        }
        close_all((int[]){from_previous, fd[1]}, 2);
        from_previous = fd[0];
        if (pid[i] < 0) {
            dprintf(2, "sh: %s: %s\n", name_of(&p->command[i]), strerror(pid[i]));
            close_all(&from_previous, 1);
            return i;
        }
    }
    return p->count;
}

static int shell_status(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Waits for all commands. The status of the pipeline: that of its last command.
static int finish_pipeline(const struct pipeline *p, const int pid[COMMANDS_MAX], int started) {
    int status = 1;
    for (int i = started - 1; i >= 0; i--) {
        int wait_status = 0;
        waitpid(pid[i], &wait_status, 0);
        if (i == p->count - 1)
            status = shell_status(wait_status);
        int signal = WTERMSIG(wait_status);
        if (signal == SIGINT) {
            for (int k = 0; k < i; k++)
                kill(pid[k], SIGINT);
        } else if (signal != 0 && signal != SIGPIPE) {
            dprintf(2, "sh: %s: killed by signal %d\n", name_of(&p->command[i]), signal);
        }
    }
    return status;
}

static int run_pipeline(struct pipeline *p) {
    int pid[COMMANDS_MAX], status;
    const struct command *first = &p->command[0];
    if (p->count == 1 && !p->background && first->argc > 0 && !first->input && !first->output &&
        run_builtin(first, &status))
        return status;

    int started = start_pipeline(p, pid);
    if (p->background && started == p->count) {
        if (interactive)
            dprintf(2, "[%d]\n", pid[started - 1]);
        return 0;
    }
    if (started == 0)
        return 1;
    bool foreground = is_foreground();
    if (foreground)
        set_foreground(pid[started - 1]);
    status = finish_pipeline(p, pid, started);
    if (foreground)
        set_foreground(interactive ? 0 : getpid());
    if (status == 128 + SIGINT && !interactive)
        exit(status); // ^C ends the script too
    return status;
}

// Parses the whole line before it runs any of it.
static void run_line(const char *line) {
    static struct pipeline p;
    enum token end;
    for (int pass = 0; pass < 2; pass++) {
        parser.at = line;
        parser.error = NULL;
        do {
            if (!parse_pipeline(&p, &end)) {
                dprintf(2, "sh: syntax error: %s\n", parser.error);
                last_status = 2;
                return;
            }
            if (pass == 1 && p.count > 0)
                last_status = run_pipeline(&p);
        } while (end != END);
    }
}

// Input -------------------------------------------------------------------------------

// Reads a line without its newline, a byte at a time: what follows it may be for the
// programs that it starts. False at the end of the input.
static bool read_line(int fd, char line[LINE_SIZE]) {
    size_t length = 0;
    char c;
    long n;
    while ((n = read(fd, &c, 1)) == 1 && c != '\n') {
        if (length < LINE_SIZE - 1)
            line[length] = c;
        length++;
    }
    if (length >= LINE_SIZE) {
        dprintf(2, "sh: a line of %lu characters is too long\n", length);
        last_status = 2;
        length = 0;
    }
    line[length] = 0;
    return n == 1 || length > 0;
}

static void report_ended(void) {
    int status, pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (interactive)
            dprintf(2, "[%d] ended, status %d\n", pid, shell_status(status));
    }
}

int main(int argc, char *argv[]) {
    static char line[LINE_SIZE];
    struct stat st;
    int input = 0;

    console = open("/dev/console", O_RDWR | O_CLOEXEC);
    if (argc > 2 && strcmp(argv[1], "-c") == 0) {
        run_line(argv[2]);
        return last_status;
    }
    if (argc > 1) {
        input = open(argv[1], O_RDONLY | O_CLOEXEC);
        if (input < 0) {
            dprintf(2, "sh: %s: %s\n", argv[1], strerror(input));
            return 127;
        }
    }
    interactive = argc == 1 && fstat(0, &st) == 0 && (st.st_mode & S_IFMT) == S_IFCHR;
    if (interactive)
        set_foreground(0);

    for (;;) {
        report_ended();
        if (interactive)
            dprintf(1, "$ ");
        if (!read_line(input, line))
            break;
        run_line(line);
    }
    if (interactive)
        dprintf(1, "\n");
    return last_status;
}
