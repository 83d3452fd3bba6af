/**
 * How a call to the firmware reads: `hart_start(hartid=1, start_addr=0x80200074, opaque=0x80252100)`.
 *
 * RISC-V Supervisor Binary Interface Specification 2.0, chapters 4 to 12.
 */

import { HartState } from '../../emulator/index.js';

interface SbiFunction {
  readonly name: string;
  /** Names of the arguments; those of addresses and masks end in a `*`: they are shown in hexadecimal. */
  readonly parameters: readonly string[];
}

interface SbiExtension {
  /** As `--log sbi:NAME` has it. */
  readonly name: string;
  readonly functions: readonly SbiFunction[];
}

const fn = (name: string, ...parameters: string[]): SbiFunction => ({ name, parameters });

const HSM = 0x48534dn;
const HART_GET_STATUS = 2n;
const HART_MASK = ['hart_mask*', 'hart_mask_base'];

/** By extension id; the index of a function is its function id. */
const EXTENSIONS: ReadonlyMap<bigint, SbiExtension> = new Map([
  [
    0x10n,
    {
      name: 'base',
      functions: [
        fn('get_spec_version'),
        fn('get_impl_id'),
        fn('get_impl_version'),
        fn('probe_extension', 'extension_id*'),
        fn('get_mvendorid'),
        fn('get_marchid'),
        fn('get_mimpid'),
      ],
    },
  ],
  [0x54494d45n, { name: 'time', functions: [fn('set_timer', 'stime_value')] }],
  [0x735049n, { name: 'ipi', functions: [fn('send_ipi', ...HART_MASK)] }],
  [
    0x52464e43n,
    {
      name: 'rfence',
      functions: [
        fn('remote_fence_i', ...HART_MASK),
        fn('remote_sfence_vma', ...HART_MASK, 'start_addr*', 'size*'),
        fn('remote_sfence_vma_asid', ...HART_MASK, 'start_addr*', 'size*', 'asid'),
      ],
    },
  ],
  [
    HSM,
    {
      name: 'hsm',
      functions: [
        fn('hart_start', 'hartid', 'start_addr*', 'opaque*'),
        fn('hart_stop'),
        fn('hart_get_status', 'hartid'),
        fn('hart_suspend', 'suspend_type*', 'resume_addr*', 'opaque*'),
      ],
    },
  ],
  [0x53525354n, { name: 'srst', functions: [fn('system_reset', 'reset_type', 'reset_reason')] }],
  [
    0x4442434en,
    {
      name: 'dbcn',
      functions: [
        fn('debug_console_write', 'num_bytes', 'base_addr_lo*', 'base_addr_hi*'),
        fn('debug_console_read', 'num_bytes', 'base_addr_lo*', 'base_addr_hi*'),
        fn('debug_console_write_byte', 'byte*'),
      ],
    },
  ],
]);

/** Chapter 5: the number of the call is the extension id, and there is no function id. */
const LEGACY: readonly SbiFunction[] = [
  fn('legacy set_timer', 'stime_value'),
  fn('legacy console_putchar', 'ch*'),
  fn('legacy console_getchar'),
  fn('legacy clear_ipi'),
  fn('legacy send_ipi', 'hart_mask*'),
  fn('legacy remote_fence_i', 'hart_mask*'),
  fn('legacy remote_sfence_vma', 'hart_mask*', 'start*', 'size*'),
  fn('legacy remote_sfence_vma_asid', 'hart_mask*', 'start*', 'size*', 'asid'),
  fn('legacy shutdown'),
];

/** 3.1, table of standard error codes: the index is the code with its sign changed. */
const ERRORS = [
  'SBI_SUCCESS',
  'SBI_ERR_FAILED',
  'SBI_ERR_NOT_SUPPORTED',
  'SBI_ERR_INVALID_PARAM',
  'SBI_ERR_DENIED',
  'SBI_ERR_INVALID_ADDRESS',
  'SBI_ERR_ALREADY_AVAILABLE',
  'SBI_ERR_ALREADY_STARTED',
  'SBI_ERR_ALREADY_STOPPED',
  'SBI_ERR_NO_SHMEM',
];

/** The names of the extensions, for an option that selects by them. */
export const SBI_EXTENSION_NAMES: readonly string[] = [
  ...[...EXTENSIONS.values()].map(({ name }) => name),
  'legacy',
];

/** The extension that a call belongs to, or undefined for one that the specification does not name. */
export function sbiExtensionName(eid: bigint): string | undefined {
  return eid < BigInt(LEGACY.length) ? 'legacy' : EXTENSIONS.get(eid)?.name;
}

/** @param args a0 to a5 */
export function describeSbiCall(eid: bigint, fid: bigint, args: readonly bigint[]): string {
  const known = LEGACY[Number(eid)] ?? EXTENSIONS.get(eid)?.functions[Number(fid)];
  if (known === undefined) return `call eid=${hex(eid)} fid=${fid}(${args.slice(0, 3).map(hex).join(', ')})`;
  const values = known.parameters.map((parameter, index) => {
    const value = args[index] ?? 0n;
    return parameter.endsWith('*')
      ? `${parameter.slice(0, -1)}=${hex(value)}`
      : `${parameter}=${BigInt.asIntN(64, value)}`;
  });
  return `${known.name}(${values.join(', ')})`;
}

/** Chapter 9, table of HSM hart states: the index is what hart_get_status returns. */
export const HSM_STATE_NAMES: Readonly<Record<HartState, string>> = {
  [HartState.Started]: 'STARTED',
  [HartState.Stopped]: 'STOPPED',
  [HartState.StartPending]: 'START_PENDING',
  [HartState.StopPending]: 'STOP_PENDING',
  [HartState.Suspended]: 'SUSPENDED',
  [HartState.SuspendPending]: 'SUSPEND_PENDING',
  [HartState.ResumePending]: 'RESUME_PENDING',
};

/** What a call returned: `SBI_SUCCESS`; `SBI_SUCCESS, STARTED` of hart_get_status; `SBI_SUCCESS, 2` of others with a value. */
export function describeSbiResult(eid: bigint, fid: bigint, error: bigint, value: bigint): string {
  const name = sbiErrorName(error);
  if (error === 0n && eid === HSM && fid === HART_GET_STATUS) {
    const states: Readonly<Record<number, string | undefined>> = HSM_STATE_NAMES;
    return `${name}, ${states[Number(value)] ?? value}`;
  }
  return value === 0n ? name : `${name}, ${value}`;
}

/** `SBI_SUCCESS`, or the name of the error that a call returned. */
export function sbiErrorName(error: bigint): string {
  const code = BigInt.asIntN(64, error);
  return ERRORS[Number(-code)] ?? `error ${code}`;
}

function hex(value: bigint): string {
  return `0x${BigInt.asUintN(64, value).toString(16)}`;
}
