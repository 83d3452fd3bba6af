// Time: per-hart timers, without a periodic tick (trap/timer.c).
//
// A hart's timer fires at the end of the running process's quantum or when the first of
// the hart's sleepers is due, whichever comes first; on an idle hart without sleepers, never.
#pragma once
#include <stdbool.h>
#include <stdint.h>

// Now, in ticks of the time base (fdt.timebase in a second; 10 MHz on virt).
static inline uint64_t time_now(void) {
    uint64_t ticks;
    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}
uint64_t ticks_to_ns(uint64_t ticks);
uint64_t ns_to_ticks(uint64_t ns); // rounds up; UINT64_MAX if it does not fit

// Puts the process to sleep until time_now() >= deadline. 0, or -EINTR if it was killed.
int sleep_until(uint64_t deadline);

// For the dispatcher and the trap handler, interrupts off:
void timer_start_quantum(uint64_t quantum_end); // the process just picked runs until then
void timer_idle(void);                          // nothing runs: sleepers only
bool timer_interrupt(void); // wakes who is due; true if the quantum is over
