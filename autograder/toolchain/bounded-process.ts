/**
 * Runs a program that works on a student's input: bounded in processor time, host time, memory and output, so
 * that no source file can hang or exhaust the host.
 */
import { spawn } from 'node:child_process';

/** Bounds of one run. An absent bound is not enforced. */
export interface RunLimits {
  /** Processor seconds (Linux and macOS; elsewhere only `wallSeconds` holds). */
  cpuSeconds?: number;
  /** Host seconds. Generous: it must not fire because the host is busy. */
  wallSeconds: number;
  /** Bytes of address space (Linux; elsewhere not enforced). */
  memoryBytes?: number;
  /** Bytes of any one file that the program writes (Linux and macOS). */
  fileBytes?: number;
}

/** How a run ended. */
export interface Run {
  /** Exit status; null when a signal or a limit ended it. */
  status: number | null;
  /** Which bound ended it, if one did. */
  exceeded: 'time' | 'file-size' | null;
  /** The signal that ended it, when no bound of ours explains it. */
  signal: NodeJS.Signals | null;
  /** What it wrote, each cut at {@link OUTPUT_LIMIT}. */
  stdout: string;
  stderr: string;
}

/** Bytes of stdout and of stderr that are kept; the rest is read and dropped. */
export const OUTPUT_LIMIT = 1 << 20;

/** A program and the arguments that come before ours. */
export interface Command {
  file: string;
  args: readonly string[];
}

/**
 * Runs `command` with `args` to its end.
 * @throws the error of `spawn` when the program cannot be started.
 */
export function runBounded(
  command: Command,
  args: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv; limits: RunLimits },
): Promise<Run> {
  const { limits } = options;
  const { file, args: prefix } = withResourceLimits(command, limits);
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...prefix, ...args], {
      cwd: options.cwd,
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const stdout = collect(child.stdout);
    const stderr = collect(child.stderr);
    let outOfTime = false;
    const timer = setTimeout(() => {
      outOfTime = true;
      child.kill('SIGKILL');
    }, limits.wallSeconds * 1000);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      const exceeded = outOfTime || signal === 'SIGXCPU' ? 'time' : signal === 'SIGXFSZ' ? 'file-size' : null;
      resolve({
        status: exceeded === null ? status : null,
        exceeded,
        signal: exceeded === null ? signal : null,
        stdout: stdout(),
        stderr: stderr(),
      });
    });
  });
}

/**
 * setrlimit(2) is out of Node's reach; the POSIX shell has it. `exec` leaves no shell behind to outlive a kill.
 * A limit that the host does not know (address space on macOS) is passed over.
 */
function withResourceLimits(command: Command, limits: RunLimits): Command {
  const settings: string[] = [];
  if (limits.cpuSeconds !== undefined) settings.push(`ulimit -St ${Math.ceil(limits.cpuSeconds)}`);
  if (limits.memoryBytes !== undefined) settings.push(`ulimit -v ${Math.floor(limits.memoryBytes / 1024)}`);
  // POSIX: the unit of -f is 512 bytes.
  if (limits.fileBytes !== undefined) settings.push(`ulimit -f ${Math.ceil(limits.fileBytes / 512)}`);
  if (process.platform === 'win32' || settings.length === 0) return command;
  settings.push('ulimit -c 0');
  const script = settings.map((s) => `${s} 2>/dev/null || :`).join('; ');
  return { file: '/bin/sh', args: ['-c', `${script}; exec "$@"`, 'sh', command.file, ...command.args] };
}

/** Keeps the first {@link OUTPUT_LIMIT} bytes of a stream and drains the rest. */
function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    if (size < OUTPUT_LIMIT) chunks.push(chunk.subarray(0, OUTPUT_LIMIT - size));
    size += chunk.length;
  });
  return () => Buffer.concat(chunks).toString('utf8');
}
