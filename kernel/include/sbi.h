// Calls into the supervisor execution environment (sbi/sbi.c). Hart state management: hsm.h.
// "RISC-V Supervisor Binary Interface Specification", version 2.0.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <stdnoreturn.h>

struct sbiret {
    long error;
    long value;
};

enum {
    SBI_SUCCESS = 0,
    SBI_ERR_FAILED = -1,
    SBI_ERR_NOT_SUPPORTED = -2,
    SBI_ERR_INVALID_PARAM = -3,
    SBI_ERR_DENIED = -4,
    SBI_ERR_INVALID_ADDRESS = -5,
    SBI_ERR_ALREADY_AVAILABLE = -6,
    SBI_ERR_ALREADY_STARTED = -7,
    SBI_ERR_ALREADY_STOPPED = -8,
};
const char *sbi_error_name(long error);

// BASE: is the extension there?
bool sbi_probe(unsigned long eid);

// Debug console (DBCN), or the legacy console where that is missing.
void sbi_putchar(int c);

// TIME: the next timer interrupt of this hart, when `time` reaches `deadline`; clears a
// pending one. UINT64_MAX: never.
void sbi_set_timer(uint64_t deadline);

// IPI: a supervisor software interrupt on one hart.
void sbi_send_ipi(uint64_t hartid);

// SRST.
enum sbi_reset_type { SBI_SHUTDOWN = 0, SBI_COLD_REBOOT = 1, SBI_WARM_REBOOT = 2 };
enum sbi_reset_reason { SBI_REASON_NONE = 0, SBI_REASON_SYSTEM_FAILURE = 1 };
noreturn void sbi_system_reset(enum sbi_reset_type type, enum sbi_reset_reason reason);
