// Calls into the firmware, and starting harts: the contract of lab 02
// (labs/02-hsm/hsm.c, solutions/02-hsm/hsm.c).
// "RISC-V Supervisor Binary Interface Specification", version 2.0.
#pragma once
#include "hart.h"
#include "sbi.h"

// EID in a7, FID in a6, arguments in a0 to a2; error and value come back in a0 and a1 [3].
struct sbiret sbi_call(unsigned long eid, unsigned long fid, unsigned long a0, unsigned long a1, unsigned long a2);

// Boot hart: starts every other hart at _entry_hart with its struct hart as opaque argument;
// returns when all are online.
void start_harts(void);
