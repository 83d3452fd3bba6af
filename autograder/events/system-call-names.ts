/** How a system call reads: `openat(0xffffffffffffff9c, 0x3ffffe0, 0x0)`; numbers as in kernel/include/syscall.h. */

interface SystemCallForm {
  readonly name: string;
  /** How many of a0 to a5 it takes. */
  readonly arguments: number;
}

const form = (name: string, count: number): SystemCallForm => ({ name, arguments: count });

const SYSTEM_CALLS: ReadonlyMap<number, SystemCallForm> = new Map([
  [17, form('getcwd', 2)],
  [23, form('dup', 1)],
  [24, form('dup3', 3)],
  [29, form('ioctl', 3)],
  [34, form('mkdirat', 3)],
  [35, form('unlinkat', 3)],
  [39, form('umount2', 2)],
  [40, form('mount', 5)],
  [43, form('statfs', 2)],
  [44, form('fstatfs', 2)],
  [49, form('chdir', 1)],
  [56, form('openat', 4)],
  [57, form('close', 1)],
  [59, form('pipe2', 2)],
  [61, form('getdents64', 3)],
  [62, form('lseek', 3)],
  [63, form('read', 3)],
  [64, form('write', 3)],
  [65, form('readv', 3)],
  [66, form('writev', 3)],
  [79, form('newfstatat', 4)],
  [80, form('fstat', 2)],
  [93, form('exit', 1)],
  [94, form('exit_group', 1)],
  [101, form('nanosleep', 2)],
  [113, form('clock_gettime', 2)],
  [124, form('sched_yield', 0)],
  [129, form('kill', 2)],
  [140, form('setpriority', 1)],
  [141, form('getpriority', 0)],
  [142, form('reboot', 3)],
  [153, form('times', 1)],
  [160, form('uname', 1)],
  [172, form('getpid', 0)],
  [173, form('getppid', 0)],
  [179, form('sysinfo', 1)],
  [214, form('brk', 1)],
  [220, form('clone', 2)],
  [221, form('execve', 3)],
  [260, form('wait4', 4)],
  [400, form('spawn', 2)],
  [401, form('procinfo', 2)],
]);

/** The numbers and names of all calls that are known. */
export const SYSTEM_CALL_NAMES: readonly (readonly [number, string])[] = [...SYSTEM_CALLS].map(
  ([number, { name }]) => [number, name],
);

/**
 * @param number a7
 * @param registers a0 and on
 */
export function describeSystemCall(number: bigint, registers: readonly bigint[]): string {
  const known = SYSTEM_CALLS.get(Number(number)) ?? form(`system call ${number}`, 3);
  const values = registers.slice(0, known.arguments).map((value) => {
    const signed = BigInt.asIntN(64, value);
    return signed > -4096n && signed < 4096n ? String(signed) : `0x${value.toString(16)}`;
  });
  return `${known.name}(${values.join(', ')})`;
}
