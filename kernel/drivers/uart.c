// NS16550A serial port. "PC16550D Universal Asynchronous Receiver/Transmitter with
// FIFOs", Texas Instruments SNLS378; register names are the data sheet's.
#include "uart.h"
#include "console.h"
#include "plic.h"

// Registers, one byte each, by address offset [8.0 Registers].
#define RBR 0 // read: receive buffer
#define THR 0 // write: transmit holding
#define DLL 0 // divisor latch, low byte, while LCR.DLAB
#define DLM 1 // divisor latch, high byte, while LCR.DLAB
#define IER 1 // interrupt enable
#define FCR 2 // write: FIFO control
#define LCR 3 // line control
#define MCR 4 // modem control
#define LSR 5 // line status

#define IER_RECEIVE    0x01 // received data available
#define FCR_ENABLE     0x01
#define FCR_CLEAR_BOTH 0x06
#define LCR_8N1        0x03 // eight bits, no parity, one stop bit
#define LCR_DLAB       0x80
#define MCR_OUT2       0x08 // gates the interrupt line on PC hardware
#define LSR_DATA_READY 0x01
#define LSR_THR_EMPTY  0x20

static volatile uint8_t *const uart = (volatile uint8_t *)UART_BASE;

// Takes every byte out of the receive FIFO: that is what lowers the interrupt line.
static void uart_interrupt(void *unused) {
    (void)unused;
    while (uart[LSR] & LSR_DATA_READY)
        console_input(uart[RBR]);
}

void uart_init(void) {
    uart[IER] = 0;
    uart[LCR] = LCR_DLAB;
    uart[DLL] = 1; // 1.8432 MHz / (16 * 1) = 115200 baud
    uart[DLM] = 0;
    uart[LCR] = LCR_8N1;
    uart[FCR] = FCR_ENABLE | FCR_CLEAR_BOTH;
    uart[MCR] = MCR_OUT2;
    irq_connect(UART_IRQ, uart_interrupt, 0);
    uart[IER] = IER_RECEIVE;
}

// Transmission polls instead of queueing bytes for an interrupt: the time goes to the
// process that writes and to no other, and what was written has left when a write
// returns, so that neither a panic nor a power-off loses output.
void uart_putc(int c) {
    while (!(uart[LSR] & LSR_THR_EMPTY))
        ;
    uart[THR] = (uint8_t)c;
}
