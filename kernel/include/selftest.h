// What lab 02 is graded with (boot/selftest.c). The boot argument selftest=NAME has the kernel
// call functions of hsm.h as it otherwise would not; whoever watches the machine sees how they
// are called, what the firmware is asked, and what they return. Nothing is judged here.
//
//   hsm       every call of hsm.h, with arguments right and wrong
//   wait      a thousand waits of the boot hart for another hart, each a little later
//   shutdown  of three harts that shut down, two do so together; the first one hears nothing more
//   started   somebody has started a hart before start_harts() does
#pragma once
#include "hart.h"

enum selftest_moment {
    BEFORE_START, // of the other harts: they are stopped
    AFTER_START,  // they wait in the meeting
    BEFORE_STOP,  // they are busy, or shut down themselves
    BEFORE_RESET, // they are stopped
};

// On the boot hart, in order; the last two on every hart that shuts down. Interrupts are off.
void selftest(enum selftest_moment moment);
// On every other hart, on its own stack, before its bootcamp.
void selftest_hart(struct hart *hart);
