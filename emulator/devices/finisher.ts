/**
 * SiFive test finisher: ends the run with a status, as `sifive,test1` of QEMU's virt board
 * (device-tree bindings `power/reset/syscon-poweroff.yaml` and `syscon-reboot.yaml` reach it).
 */
import type { AccessSize, Device, DeviceHost } from './device.js';

const FAIL = 0x3333;
const PASS = 0x5555;
const RESET = 0x7777;

export class Finisher implements Device {
  readonly name = 'test@100000';

  constructor(private readonly host: DeviceHost) {}

  read(): number {
    return 0;
  }

  /** Bits 15:0 are the status, bits 31:16 the exit code of a failure. Other values are ignored. */
  write(offset: number, size: AccessSize, value: number): void {
    if (offset !== 0 || size === 1) return;
    switch (value & 0xffff) {
      case FAIL:
        this.host.stop({ kind: 'finisher', status: 'fail', code: value >>> 16 });
        break;
      case PASS:
        this.host.stop({ kind: 'finisher', status: 'pass', code: 0 });
        break;
      case RESET:
        this.host.stop({ kind: 'finisher', status: 'reset', code: 0 });
        break;
    }
  }
}
