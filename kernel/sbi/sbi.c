// "RISC-V Supervisor Binary Interface Specification", version 2.0: EID in a7, FID in a6,
// error and value back in a0 and a1 [3].
#include "sbi.h"
#include "hsm.h"
#include "riscv.h"

enum {
    LEGACY_PUTCHAR = 0x01,
    LEGACY_SHUTDOWN = 0x08,
    EID_BASE = 0x10,
    EID_TIME = 0x54494d45,
    EID_IPI = 0x735049,
    EID_SRST = 0x53525354,
    EID_DBCN = 0x4442434e,
};
enum { BASE_PROBE_EXTENSION = 3, TIME_SET_TIMER = 0, IPI_SEND = 0, SRST_RESET = 0, DBCN_WRITE_BYTE = 2 };

// No call here has more arguments than two.
static struct sbiret call(unsigned long eid, unsigned long fid, unsigned long a0, unsigned long a1) {
    return sbi_call(eid, fid, a0, a1, 0, 0, 0, 0);
}

const char *sbi_error_name(long error) {
    static const char *const names[] = {
        "SBI_SUCCESS",           "SBI_ERR_FAILED",          "SBI_ERR_NOT_SUPPORTED",     "SBI_ERR_INVALID_PARAM",
        "SBI_ERR_DENIED",        "SBI_ERR_INVALID_ADDRESS", "SBI_ERR_ALREADY_AVAILABLE", "SBI_ERR_ALREADY_STARTED",
        "SBI_ERR_ALREADY_STOPPED",
    };
    return error <= 0 && error > -(long)(sizeof names / sizeof names[0]) ? names[-error] : "unknown SBI error";
}

bool sbi_probe(unsigned long eid) {
    struct sbiret ret = call(EID_BASE, BASE_PROBE_EXTENSION, eid, 0);
    return ret.error == SBI_SUCCESS && ret.value != 0;
}

void sbi_putchar(int c) {
    if (call(EID_DBCN, DBCN_WRITE_BYTE, (unsigned char)c, 0).error == SBI_ERR_NOT_SUPPORTED)
        call(LEGACY_PUTCHAR, 0, (unsigned char)c, 0);
}

void sbi_set_timer(uint64_t deadline) { call(EID_TIME, TIME_SET_TIMER, deadline, 0); }

void sbi_send_ipi(uint64_t hartid) { call(EID_IPI, IPI_SEND, 1, hartid); }

noreturn void sbi_system_reset(enum sbi_reset_type type, enum sbi_reset_reason reason) {
    intr_off();
    call(EID_SRST, SRST_RESET, type, reason);
    call(LEGACY_SHUTDOWN, 0, 0, 0); // firmware without SRST
    for (;;)
        wait_for_interrupt();
}
