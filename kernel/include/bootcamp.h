// What a hart does between its entry and the dispatcher: the contract of lab 01
// (labs/01-bootcamp/bootcamp.c, solutions/01-bootcamp/bootcamp.c).
#pragma once
#include "hart.h"

// tp: from now on this_hart() is `hart`. First of all on every hart.
void bootcamp_tp(struct hart *hart);

// Every hart but the boot hart, on its own stack, interrupts off, satp = 0: gets ready to
// run processes, says so, waits for the end of the meeting, and schedules.
_Noreturn void bootcamp(struct hart *hart);

// Boot hart, when all harts are online: lets them go.
void bootcamp_end_meeting(void);
