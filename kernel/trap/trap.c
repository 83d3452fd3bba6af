#include "trap.h"
#include "hart.h"
#include "hsm.h"
#include "plic.h"
#include "printf.h"
#include "proc.h"
#include "riscv.h"
#include "syscall_table.h"
#include "timer.h"

void trap(struct trapframe *frame);

const char *trap_cause_name(uint64_t scause) {
    static const char *const names[] = {
        [EXC_FETCH_MISALIGNED] = "instruction address misaligned",
        [EXC_FETCH_ACCESS] = "instruction access fault",
        [EXC_ILLEGAL] = "illegal instruction",
        [EXC_BREAKPOINT] = "breakpoint",
        [EXC_LOAD_MISALIGNED] = "load address misaligned",
        [EXC_LOAD_ACCESS] = "load access fault",
        [EXC_STORE_MISALIGNED] = "store address misaligned",
        [EXC_STORE_ACCESS] = "store access fault",
        [EXC_ECALL_U] = "environment call from U-mode",
        [EXC_FETCH_PAGE] = "instruction page fault",
        [EXC_LOAD_PAGE] = "load page fault",
        [EXC_STORE_PAGE] = "store page fault",
    };
    bool known = scause < sizeof names / sizeof names[0] && names[scause];
    return known ? names[scause] : "unknown trap";
}

static int signal_of(uint64_t scause) {
    switch (scause) {
    case EXC_ILLEGAL:
        return SIGILL;
    case EXC_BREAKPOINT:
        return SIGTRAP;
    case EXC_FETCH_MISALIGNED:
    case EXC_LOAD_MISALIGNED:
    case EXC_STORE_MISALIGNED:
        return SIGBUS;
    default:
        return SIGSEGV;
    }
}

// True if the running process's quantum is over.
static bool handle_interrupt(uint64_t cause) {
    switch (cause) {
    case IRQ_S_TIMER:
        return timer_interrupt();
    case IRQ_S_EXTERNAL:
        plic_interrupt();
        return false;
    case IRQ_S_SOFT: // there is work, or an end; the dispatcher looks for the former
        CSR_CLEAR(sip, SIE_SSIE);
        fence_all(); // whoever asks after the looks interrupts again (solutions/02-hsm/hsm.c, hart_wait)
        if (panicked())
            panic_stop();
        hart_stop_if_asked();
        return false;
    default:
        panic("unexpected interrupt %lu", cause);
    }
}

static void handle_user_exception(struct trapframe *frame) {
    if (frame->scause == EXC_ECALL_U) {
        frame->sepc += 4;
        intr_on();
        syscall(frame);
        intr_off();
        return;
    }
    struct proc *p = this_proc();
    printf("process %d (%s) killed: %s at 0x%lx, pc 0x%lx, hart %lu\n", p->pid, p->name,
           trap_cause_name(frame->scause), frame->stval, frame->sepc, this_hart()->hartid);
    proc_exit(signal_of(frame->scause));
}

static noreturn void kernel_exception(const struct trapframe *frame) {
    if (this_hart()->overflow)
        panic("kernel stack overflow: sp 0x%lx (%s, sepc 0x%lx, stval 0x%lx)", frame->x[REG_SP],
              trap_cause_name(frame->scause), frame->sepc, frame->stval);
    panic("kernel %s: scause %lu, sepc 0x%lx, stval 0x%lx", trap_cause_name(frame->scause), frame->scause, frame->sepc,
          frame->stval);
}

// Every trap, from trap.S. Interrupts are off, and are off again when it returns; it may
// return on another hart.
void trap(struct trapframe *frame) {
    bool from_user = !(frame->sstatus & SSTATUS_SPP);
    bool quantum_over = false;

    if ((frame->scause & SCAUSE_INTERRUPT) && !this_hart()->overflow)
        quantum_over = handle_interrupt(frame->scause & ~SCAUSE_INTERRUPT);
    else if (from_user)
        handle_user_exception(frame);
    else
        kernel_exception(frame);

    // Processes are preempted in the kernel too, where they have interrupts on.
    if (quantum_over)
        sched_yield(SCHED_PREEMPTED);
    if (from_user && proc_killed())
        proc_exit(this_proc()->killed);
}
