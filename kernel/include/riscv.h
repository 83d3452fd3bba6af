// Supervisor-level CSRs and instructions.
// "The RISC-V Instruction Set Manual, Volume II: Privileged Architecture", chapter
// "Supervisor-Level ISA"; field names are the manual's.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define SSTATUS_SIE  (1UL << 1) // interrupts enabled in S-mode
#define SSTATUS_SPIE (1UL << 5) // SIE before the trap; becomes SIE at sret
#define SSTATUS_SPP  (1UL << 8) // 1: the trap came from S-mode
#define SSTATUS_VS   (3UL << 9) // 0: vector instructions are illegal
#define SSTATUS_FS   (3UL << 13) // 0: floating-point instructions are illegal
#define SSTATUS_SUM  (1UL << 18) // S-mode may access user pages
#define SSTATUS_MXR  (1UL << 19) // loads may read executable pages

#define SCOUNTEREN_CY (1UL << 0) // U-mode may read cycle,
#define SCOUNTEREN_TM (1UL << 1) // time,
#define SCOUNTEREN_IR (1UL << 2) // instret

#define SIE_SSIE (1UL << 1) // software: inter-processor interrupt
#define SIE_STIE (1UL << 5) // timer
#define SIE_SEIE (1UL << 9) // external: PLIC

#define SCAUSE_INTERRUPT (1UL << 63)
enum { IRQ_S_SOFT = 1, IRQ_S_TIMER = 5, IRQ_S_EXTERNAL = 9 };
enum {
    EXC_FETCH_MISALIGNED = 0,
    EXC_FETCH_ACCESS = 1,
    EXC_ILLEGAL = 2,
    EXC_BREAKPOINT = 3,
    EXC_LOAD_MISALIGNED = 4,
    EXC_LOAD_ACCESS = 5,
    EXC_STORE_MISALIGNED = 6,
    EXC_STORE_ACCESS = 7,
    EXC_ECALL_U = 8,
    EXC_FETCH_PAGE = 12,
    EXC_LOAD_PAGE = 13,
    EXC_STORE_PAGE = 15,
};

#define SATP_MODE_SHIFT 60
#define SATP_MODE_SV39  8UL
#define SATP_SV39       (SATP_MODE_SV39 << SATP_MODE_SHIFT)

#define CSR_READ(name)                                                                                                 \
    ({                                                                                                                 \
        uint64_t value_;                                                                                               \
        __asm__ volatile("csrr %0, " #name : "=r"(value_)::"memory");                                                  \
        value_;                                                                                                        \
    })
#define CSR_WRITE(name, value) __asm__ volatile("csrw " #name ", %0" ::"rK"((uint64_t)(value)) : "memory")
#define CSR_SET(name, bits)    __asm__ volatile("csrs " #name ", %0" ::"rK"((uint64_t)(bits)) : "memory")
#define CSR_CLEAR(name, bits)  __asm__ volatile("csrc " #name ", %0" ::"rK"((uint64_t)(bits)) : "memory")

static inline void intr_on(void) { CSR_SET(sstatus, SSTATUS_SIE); }
static inline void intr_off(void) { CSR_CLEAR(sstatus, SSTATUS_SIE); }
static inline bool intr_enabled(void) { return (CSR_READ(sstatus) & SSTATUS_SIE) != 0; }

static inline void wait_for_interrupt(void) { __asm__ volatile("wfi" ::: "memory"); }

// PAUSE (Zihintpause): this hart only waits for another; any hart may take it for a fence.
static inline void spin_hint(void) { __asm__ volatile(".4byte 0x0100000f" ::: "memory"); }

// Orders all earlier accesses, to memory and devices, before all later ones.
static inline void fence_all(void) { __asm__ volatile("fence iorw, iorw" ::: "memory"); }
// Makes this hart fetch instructions that were stored before.
static inline void fence_i(void) { __asm__ volatile("fence.i" ::: "memory"); }
// Makes this hart's translations follow the page tables as they are now.
static inline void sfence_vma(void) { __asm__ volatile("sfence.vma zero, zero" ::: "memory"); }
