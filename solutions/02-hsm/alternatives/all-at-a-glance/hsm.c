// Alternative: one loop waits for everything, with a condition to look at: a flag, all harts online, all stopped.
// hart_entry is a naked function in C, with a first frame on its stack; hart_entry.S is empty.
#include "hsm.h"
#include "printf.h"
#include "riscv.h"
#include "timer.h"

// Calls -----------------------------------------------------------------------------------

struct sbiret sbi_call(unsigned long eid, unsigned long fid, unsigned long a0, unsigned long a1, unsigned long a2,
                       unsigned long a3, unsigned long a4, unsigned long a5) {
    register unsigned long r0 __asm__("a0") = a0;
    register unsigned long r1 __asm__("a1") = a1;
    register unsigned long r2 __asm__("a2") = a2;
    register unsigned long r3 __asm__("a3") = a3;
    register unsigned long r4 __asm__("a4") = a4;
    register unsigned long r5 __asm__("a5") = a5;
    register unsigned long r6 __asm__("a6") = fid;
    register unsigned long r7 __asm__("a7") = eid;
    __asm__ volatile("ecall"
                     : "+r"(r0), "+r"(r1)
                     : "r"(r2), "r"(r3), "r"(r4), "r"(r5), "r"(r6), "r"(r7)
                     : "memory");
    return (struct sbiret){.error = (long)r0, .value = (long)r1};
}

static struct sbiret hsm_call(unsigned long fid, unsigned long a0, unsigned long a1, unsigned long a2) {
    return sbi_call(EID_HSM, fid, a0, a1, a2, 0, 0, 0);
}

long hart_start(uint64_t hartid, uintptr_t entry, uintptr_t opaque) {
    return hsm_call(HSM_HART_START, hartid, entry, opaque).error;
}

long hart_stop(void) { return hsm_call(HSM_HART_STOP, 0, 0, 0).error; }

long hart_get_status(uint64_t hartid) {
    struct sbiret ret = hsm_call(HSM_HART_GET_STATUS, hartid, 0, 0);
    return ret.error == SBI_SUCCESS ? ret.value : ret.error;
}

long hart_suspend(uint32_t type, uintptr_t resume, uintptr_t opaque) {
    return hsm_call(HSM_HART_SUSPEND, type, resume, opaque).error;
}

// Entry: in C as far as there is any ------------------------------------------------------

__attribute__((naked)) void hart_entry(void) {
    __asm__("ld sp, %0(a1)\n"
            "addi sp, sp, -16\n"
            "sd zero, 8(sp)\n"
            "mv s0, zero\n"
            "mv a0, a1\n"
            "jal hart_begin" ::"i"(offsetof(struct hart, own_top)));
}

// Waiting ---------------------------------------------------------------------------------

typedef bool condition(const void *);

// One loop for everything that is waited for: a flag, harts that come, harts that go. SSIP is
// cleared through the CSR's read-modify-write, and tells whether there can be anything new.
static bool wait_until(condition *holds, const void *argument, uint64_t deadline, uint64_t patience) {
    while (!holds(argument)) {
        uint64_t now = time_now();
        if (now >= deadline)
            return false;
        sbi_set_timer(deadline - now < patience ? deadline : now + patience);
        wait_for_interrupt();
        CSR_CLEAR(sip, SIE_SSIE);
        fence_all();
    }
    return true;
}

static bool is_set(const void *flag) { return atomic_load((const atomic_bool *)flag); }

bool hart_wait(const atomic_bool *flag, uint64_t deadline) {
    return wait_until(is_set, flag, deadline, UINT64_MAX);
}

// Starting --------------------------------------------------------------------------------

// Harts that were told to start, in a list: they are looked at together.
struct expected {
    struct hart *list[NHART];
    int count;
};

static int count_online(const struct expected *expected) {
    int count = 0;
    for (int i = 0; i < expected->count; i++)
        count += atomic_load(&expected->list[i]->online);
    return count;
}

static bool all_online(const void *argument) {
    const struct expected *expected = argument;
    return count_online(expected) == expected->count;
}

int start_harts(void) {
    struct expected expected = {.count = 0};
    for (int i = 0; i < hart_count; i++) {
        struct hart *hart = &harts[i];
        if (hart->hartid == boot_hart->hartid)
            continue;
        fence_all();
        long error = hart_start(hart->hartid, (uintptr_t)hart_entry, (uintptr_t)hart);
        if (error == SBI_ERR_ALREADY_AVAILABLE || !error)
            expected.list[expected.count++] = hart;
        else
            printf("hart %lu: %s\n", hart->hartid, sbi_error_name(error));
    }
    wait_until(all_online, &expected, time_now() + ns_to_ticks(START_TIMEOUT_MS * 1000000UL), UINT64_MAX);
    return 1 + count_online(&expected);
}

// Stopping --------------------------------------------------------------------------------

static atomic_int closing; // harts that shut down

void hart_stop_if_asked(void) {
    if (atomic_load(&closing) > 0)
        hart_stop();
}

static bool all_stopped(const void *unused) {
    (void)unused;
    for (int i = 0; i < hart_count; i++)
        if (&harts[i] != this_hart() && atomic_load(&harts[i].online) &&
            hart_get_status(harts[i].hartid) != HART_STOPPED)
            return false;
    return true;
}

void stop_harts(void) {
    if (atomic_fetch_add(&closing, 1) > 0)
        hart_stop();
    for (int i = hart_count; i-- > 0;)
        if (&harts[i] != this_hart() && atomic_load(&harts[i].online))
            hart_interrupt(&harts[i]);
    wait_until(all_stopped, NULL, time_now() + ns_to_ticks(STOP_TIMEOUT_MS * 1000000UL), ns_to_ticks(50000));
}
