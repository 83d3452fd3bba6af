// Loading programs: "System V Application Binary Interface", chapter "Object Files", and
// the RISC-V ELF psABI. Nothing in the file is believed before it is checked: a bad file
// is -ENOEXEC.
#include "exec.h"
#include "elf.h"
#include "errno.h"
#include "fcntl.h"
#include "file.h"
#include "proc_table.h"
#include "riscv.h"
#include "string.h"
#include "timer.h"

static bool is_program(const struct elf_header *h) {
    static const uint8_t magic[] = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT};
    return memcmp(h->e_ident, magic, sizeof magic) == 0 && h->e_type == ET_EXEC && h->e_machine == EM_RISCV &&
           h->e_version == EV_CURRENT && h->e_phentsize == sizeof(struct elf_segment) && h->e_phnum > 0 &&
           h->e_phnum <= ELF_SEGMENTS_MAX;
}

// Reads exactly `count` bytes of the file: -ENOEXEC if it is shorter.
static int read_exactly(struct file *file, void *to, size_t count, uint64_t offset) {
    int64_t n = file_pread(file, to, count, offset);
    return n < 0 ? (int)n : (size_t)n == count ? 0 : -ENOEXEC;
}

static int check_segment(const struct elf_segment *s, uint64_t file_size, uintptr_t lowest) {
    uint64_t file_end, memory_end;
    if (__builtin_add_overflow(s->p_offset, s->p_filesz, &file_end) || file_end > file_size)
        return -ENOEXEC; // truncated
    if (__builtin_add_overflow(s->p_vaddr, s->p_memsz, &memory_end) || s->p_filesz > s->p_memsz)
        return -ENOEXEC;
    if (s->p_vaddr < lowest || memory_end > USER_END)
        return -ENOEXEC; // not user memory, or on a page of the segment before it
    return 0;
}

static int load_segment(struct file *file, struct vm *vm, const struct elf_segment *s) {
    int permissions = (s->p_flags & PF_R ? PTE_R : 0) | (s->p_flags & PF_W ? PTE_R | PTE_W : 0) |
                      (s->p_flags & PF_X ? PTE_X : 0);
    int error = permissions ? vm_map(vm, PAGE_DOWN(s->p_vaddr), PAGE_UP(s->p_vaddr + s->p_memsz), permissions) : -ENOEXEC;
    for (uint64_t done = 0; done < s->p_filesz && !error;) {
        uintptr_t va = s->p_vaddr + done;
        size_t room = PAGE_SIZE - va % PAGE_SIZE, left = s->p_filesz - done;
        size_t part = left < room ? left : room;
        error = read_exactly(file, vm_translate(vm, va, 0), part, s->p_offset + done);
        done += part;
    }
    return error;
}

// The program's segments, in the ascending order that the ABI asks for. *headers becomes
// the address of the program headers, or 0 if no segment has them.
static int load_segments(struct file *file, struct vm *vm, const struct elf_header *h, uintptr_t *headers) {
    struct stat st;
    int error = file_stat(file, &st);
    uintptr_t end = USER_START;
    bool entry_found = false;
    *headers = 0;
    for (unsigned i = 0; i < h->e_phnum && !error; i++) {
        struct elf_segment s;
        error = read_exactly(file, &s, sizeof s, h->e_phoff + i * sizeof s);
        if (error || s.p_type == PT_NULL)
            continue;
        if (s.p_type == PT_INTERP || s.p_type == PT_DYNAMIC)
            error = -ENOEXEC; // there is no dynamic linker
        if (error || s.p_type != PT_LOAD || s.p_memsz == 0)
            continue;
        error = check_segment(&s, (uint64_t)st.st_size, end);
        if (!error)
            error = load_segment(file, vm, &s);
        if (error)
            continue;
        end = PAGE_UP(s.p_vaddr + s.p_memsz);
        if ((s.p_flags & PF_X) && h->e_entry >= s.p_vaddr && h->e_entry < s.p_vaddr + s.p_memsz)
            entry_found = true;
        if (h->e_phoff >= s.p_offset && h->e_phoff + h->e_phnum * sizeof s <= s.p_offset + s.p_filesz)
            *headers = s.p_vaddr + (h->e_phoff - s.p_offset);
    }
    if (!error && (!entry_found || h->e_entry % 2))
        error = -ENOEXEC;
    vm->heap_start = vm->heap_end = end;
    return error;
}

// The stack that a program finds, from sp upwards: argc, argv, NULL, envp, NULL, the
// auxiliary vector, padding, 16 random bytes, the strings.
static int make_stack(struct vm *vm, const struct exec_arguments *a, const struct elf_header *h, uintptr_t headers,
                      uintptr_t *sp) {
    int error = vm_map(vm, USTACK_BOTTOM, USTACK_TOP, PTE_R | PTE_W);
    if (error)
        return error;
    uintptr_t strings = USTACK_TOP - a->used;
    uintptr_t random = (strings - 16) & ~15UL;
    uint64_t seed[2] = {time_now() * 0x9e3779b97f4a7c15UL, (uintptr_t)vm->root};
    const uint64_t auxiliary[][2] = {
        {AT_PHDR, headers}, {AT_PHENT, sizeof(struct elf_segment)}, {AT_PHNUM, h->e_phnum},
        {AT_PAGESZ, PAGE_SIZE}, {AT_ENTRY, h->e_entry}, {AT_RANDOM, random}, {AT_NULL, 0},
    };
    uint64_t vector[1 + ARG_COUNT + 1 + ARG_COUNT + 1];
    size_t words = 0;
    vector[words++] = a->argc;
    for (unsigned i = 0; i < a->argc; i++)
        vector[words++] = strings + a->at[i];
    vector[words++] = 0;
    for (unsigned i = 0; i < a->envc; i++)
        vector[words++] = strings + a->at[a->argc + i];
    vector[words++] = 0;

    size_t vector_bytes = words * sizeof vector[0];
    uintptr_t bottom = (random - sizeof auxiliary - vector_bytes) & ~15UL; // psABI: sp is a multiple of 16
    error = copyout(vm, strings, a->strings, a->used);
    if (!error)
        error = copyout(vm, random, seed, sizeof seed);
    if (!error)
        error = copyout(vm, bottom, vector, vector_bytes);
    if (!error)
        error = copyout(vm, bottom + vector_bytes, auxiliary, sizeof auxiliary);
    *sp = bottom;
    return error;
}

int exec_load(const char *path, const struct exec_arguments *arguments, struct vm *vm, uintptr_t *entry,
              uintptr_t *sp) {
    struct elf_header h;
    struct file *file;
    struct vm new;
    uintptr_t headers;
    int error = file_open(this_proc()->files.cwd, path, O_RDONLY, &file);
    if (error)
        return error;
    error = read_exactly(file, &h, sizeof h, 0);
    if (!error && !is_program(&h))
        error = -ENOEXEC;
    if (!error)
        error = vm_create(&new);
    if (error) {
        file_close(file);
        return error == -EISDIR ? -EACCES : error;
    }
    error = load_segments(file, &new, &h, &headers);
    file_close(file);
    if (!error)
        error = make_stack(&new, arguments, &h, headers, sp);
    if (error) {
        vm_destroy(&new);
        return error;
    }
    *entry = h.e_entry;
    *vm = new;
    return 0;
}

void proc_set_name(struct proc *p, const char *path) {
    const char *slash = strrchr(path, '/');
    strlcpy(p->name, slash ? slash + 1 : path, sizeof p->name);
}

int proc_exec(const char *path, const struct exec_arguments *arguments) {
    struct proc *p = this_proc();
    struct vm new, old = p->vm;
    uintptr_t entry, sp;
    int error = exec_load(path, arguments, &new, &entry, &sp);
    if (error)
        return error;
    intr_push(); // a preempted p must find vm and satp in agreement
    p->vm = new;
    vm_activate(&p->vm);
    intr_pop();
    if (old.root)
        vm_destroy(&old);
    proc_set_name(p, path);
    fd_table_exec(&p->files);
    user_frame_init(p->frame, entry, sp);
    return 0;
}

// Appends the strings of a user vector that NULL ends. Their number, or -errno.
static int get_vector(struct exec_arguments *a, const struct vm *vm, uintptr_t vector, unsigned first) {
    unsigned count = 0;
    for (; vector; count++) {
        uint64_t string;
        if (copyin(vm, &string, vector + count * sizeof string, sizeof string))
            return -EFAULT;
        if (!string)
            break;
        if (count == ARG_COUNT)
            return -E2BIG;
        int64_t length = copyinstr(vm, a->strings + a->used, string, ARG_MAX - a->used);
        if (length < 0)
            return length == -ENAMETOOLONG ? -E2BIG : (int)length;
        a->at[first + count] = (uint16_t)a->used;
        a->used += (unsigned)length + 1;
    }
    return (int)count;
}

int exec_arguments_get(struct exec_arguments *a, uintptr_t argv, uintptr_t envp) {
    const struct vm *vm = &this_proc()->vm;
    *a = (struct exec_arguments){.strings = page_alloc()};
    if (!a->strings)
        return -ENOMEM;
    int argc = get_vector(a, vm, argv, 0);
    int envc = argc < 0 ? argc : get_vector(a, vm, envp, (unsigned)argc);
    if (envc < 0) {
        exec_arguments_free(a);
        return envc;
    }
    a->argc = (unsigned)argc;
    a->envc = (unsigned)envc;
    return 0;
}

void exec_arguments_free(struct exec_arguments *a) {
    page_free(a->strings);
    a->strings = NULL;
}
