// The serial port: an NS16550A UART (drivers/uart.c).
#pragma once
#include <stdint.h>

#define UART_BASE 0x10000000UL // QEMU virt memory map
#define UART_IRQ  10u

// 115200 baud, 8 bits, no parity, FIFOs on; connects the receive interrupt to
// console_input(). Call after plic_init().
void uart_init(void);

// Sends one byte, waiting (polling) until the transmitter has room. Takes no
// lock and needs no interrupt: safe in a panic and in any trap handler.
void uart_putc(int c);
