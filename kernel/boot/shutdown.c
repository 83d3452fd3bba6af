// The end of a system that has come to its end in peace; boot/panic.c is the other one.
#include "hsm.h"
#include "riscv.h"
#include "selftest.h"

_Noreturn void shutdown(enum sbi_reset_type type, enum sbi_reset_reason reason) {
    intr_off(); // this hart is the last one
    selftest(BEFORE_STOP);
    stop_harts();
    selftest(BEFORE_RESET);
    sbi_system_reset(type, reason);
}
