// Marks: how a program tells the machine where it is.
//
// `slti x0, x0, CODE` does nothing on any hart (RISC-V Unprivileged ISA, "HINT
// Instructions": the encodings of SLTI with rd = x0 are for custom use). A machine that
// watches the program sees it pass, with what a0..a3 hold: no system call, no memory, so
// neither the kernel nor the schedule is disturbed.
#pragma once

enum {
    MIX_START = 0x700,    // () mix begins: its times count from here
    JOB_ARRIVE = 0x701,   // (id) mix is about to make the job
    JOB_START = 0x702,    // (id) the job begins to work; its priority is set
    JOB_PROGRESS = 0x703, // (id, units) the job has done so many units (ms) of work
    JOB_SLEEP = 0x704,    // (id, ticks) about to sleep until the time base reads `ticks`
    JOB_AWAKE = 0x705,    // (id) back from there
    JOB_DONE = 0x706,     // (id) all work is done; exit follows
    JOB_PRIORITY = 0x707, // (id, priority) a setpriority has succeeded
    MIX_DONE = 0x708,     // () mix has seen every job end

    FAT_STEP = 0x710,   // (step) fatprobe begins a step of its plan
    FAT_RESULT = 0x711, // (step, result, address, bytes) it has ended; what was read lies there
    FAT_DONE = 0x712,   // (steps) the plan is done
};

// CODE must be a constant: it is part of the instruction.
#define MARK(code, first, second) MARK4(code, first, second, 0, 0)
#define MARK4(code, first, second, third, fourth)                                                                      \
    do {                                                                                                               \
        register long a0_ __asm__("a0") = (long)(first);                                                               \
        register long a1_ __asm__("a1") = (long)(second);                                                              \
        register long a2_ __asm__("a2") = (long)(third);                                                               \
        register long a3_ __asm__("a3") = (long)(fourth);                                                              \
        __asm__ volatile("slti zero, zero, %0" ::"i"(code), "r"(a0_), "r"(a1_), "r"(a2_), "r"(a3_) : "memory");        \
    } while (0)
