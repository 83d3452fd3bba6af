/**
 * Disks with random damage, put before a kernel one after the other in a boot, and what became of it: whether every
 * step came to an end soon, what the functions of the contract returned, and what was asked of the disk.
 */
import { createInitrd } from '../../autograder/image/initrd.js';
import { partitionedDisk } from '../../autograder/image/partition-table.js';
import { SeededRandom } from '../../autograder/image/seeded-random.js';
import { KernelMap } from '../../autograder/runner/diagnosis/kernel-map.js';
import type { UserProgram } from '../../autograder/toolchain/index.js';
import { Machine } from '../../emulator/machine/machine.js';
import type { StopReason } from '../../emulator/machine/stop.js';
import { watchFunction } from '../../emulator/observe/function-probe.js';
import { MarkCode } from '../../emulator/observe/schedule-trace.js';
import { SampleVolume, SMALL16, SMALL32 } from './cases/volume.js';
import { CONTRACT_FUNCTIONS, FatResult, resultName } from './image-case.js';
import type { ContractName } from './image-case.js';

const PLAN = [
  'image',
  'mount /dev/vda',
  'walk',
  // To the end of directories and files, which the walk leaves early.
  'stat /DIR/ABSENT',
  'stat /DIR/DEEPER/ABSENT',
  'open /ONE.BIN',
  `read 0 ${256 << 10}`,
  'close',
  'umount',
] as const;
/** Steps in which the disk is searched for a volume: requests may lie anywhere on it. */
const MOUNTING: ReadonlySet<string> = new Set(['image', 'mount /dev/vda', 'umount']);
/** Guest seconds that one step may take; the walk of a volume that is not damaged takes 0.006. */
export const STEP_LIMIT = 0.5;
/** One disk in so many is not damaged: it must be read as if nothing had happened before. */
const SOUND_EVERY = 100;
/** Bytes of the disk behind a partition. */
const BEHIND = 64 << 20;
const BLOCK = 4096;
const SECTOR = 512;

/** Bytes of the disk, as `[start, end)`. */
type Range = readonly [number, number];

/** Where damage is done. */
interface Target {
  readonly range: Range;
  /** What is mounted afterwards is still the same volume. */
  readonly sameVolume: boolean;
  /** Where the same damage is done as well: the copy of a boot sector, so many bytes further on. */
  readonly copy?: number;
  /** An entry of the FAT that is in use: it may also be given the value of another one, for cross-links and loops. */
  readonly link?: boolean;
}

interface Subject {
  readonly disk: Uint8Array;
  readonly volume: Range;
  readonly targets: readonly Target[];
  /** Entries that a walk of the sound volume meets. */
  readonly entries: number;
}

export interface DamageKind {
  readonly bits: 16 | 32;
  readonly partition: boolean;
}

export const DAMAGE_KINDS: readonly DamageKind[] = [
  { bits: 16, partition: false },
  { bits: 16, partition: true },
  { bits: 32, partition: false },
  { bits: 32, partition: true },
];

export function titleOfKind({ bits, partition }: DamageKind): string {
  return `FAT${bits}, ${partition ? 'in a partition' : 'the whole disk'}`;
}

function subjectOf({ bits, partition }: DamageKind): Subject {
  const random = new SeededRandom(`damage ${bits} ${partition}`);
  const sample = new SampleVolume(bits === 16 ? SMALL16 : SMALL32, random);
  const { writer } = sample;
  sample.file('/ONE.BIN', 3000, { allocation: 'scattered' });
  sample.file('/A long name.text', 1500, { allocation: 'backwards' });
  writer.addFolder('/DIR');
  sample.file('/DIR/IN.BIN', 2000, { allocation: 'scattered' });
  writer.addFolder('/DIR/DEEPER');
  sample.file('/DIR/DEEPER/another name.txt', 700);
  for (let i = 0; i < 12; i++) writer.addFile(`/DIR/E${i}`, new Uint8Array(0));
  sample.finish();
  const base = partition ? 64 * SECTOR : 0;
  const size = Math.ceil(writer.bytes.length / BLOCK) * BLOCK;
  const type = bits === 16 ? 0x06 : 0x0c;
  // Behind the partition there is room for whatever a wrong number of a cluster leads to.
  const disk = partition
    ? partitionedDisk(base + size + BEHIND, [{ slot: 1, type, first: 64, bytes: writer.bytes }])
    : writer.bytes;
  const at = (start: number, length: number): Range => [base + start, base + start + length];
  const width = bits / 8;
  const files = ['/ONE.BIN', '/A long name.text', '/DIR', '/DIR/IN.BIN', '/DIR/DEEPER'];
  const links = files.flatMap((name) =>
    writer.chainOf(name).map((cluster) => at(writer.fatStart + width * cluster, width)),
  );
  const directories = ['/DIR', '/DIR/DEEPER', ...(bits === 32 ? ['/'] : [])].flatMap((name) =>
    writer.chainOf(name).map((cluster) => at(writer.clusterAt(cluster), writer.clusterSize)),
  );
  const root: readonly Range[] = bits === 16 ? [at(writer.rootStart, 256)] : [];
  const same = (ranges: readonly Range[], weight = 1): Target[] =>
    ranges.flatMap((range) => Array.from({ length: weight }, () => ({ range, sameVolume: true })));
  const bpb: Target = { range: at(0, 64), sameVolume: false };
  const mbr: Target = { range: [446, SECTOR], sameVolume: false };
  return {
    disk,
    volume: [base, base + size],
    entries: files.length + 13,
    targets: [
      bpb,
      bits === 32 ? { ...bpb, copy: 6 * SECTOR } : bpb,
      ...same([at(writer.fatStart, width * 64)]),
      ...same(links).map((target) => ({ ...target, link: true })),
      ...same([...directories, ...root], 4),
      ...(bits === 32 ? same([at(SECTOR, SECTOR)]) : []),
      ...(partition ? [mbr, mbr] : []),
      { range: [0, base + writer.bytes.length], sameVolume: false },
    ],
  };
}

/** Values that are on the edge of something. */
const EDGES = [0, 1, 2, 3, 0x0f, 0x10, 0x7f, 0x80, 0xe5, 0xf7, 0xf8, 0xff];

interface Damage {
  /** Puts the disk in order again. */
  readonly undo: () => void;
  readonly sound: boolean;
  readonly sameVolume: boolean;
}

/** Damages a disk in one place or some. */
function damage({ disk, targets }: Subject, random: SeededRandom): Damage {
  const before: [number, Uint8Array][] = [];
  const save = (at: number, length: number): void => {
    before.push([at, disk.slice(at, at + length)]);
  };
  let sameVolume = true;
  const places = random.pick([1, 1, 1, 2, 4, 12]);
  for (let i = 0; i < places; i++) {
    const { range, sameVolume: same, copy, link } = random.pick(targets);
    const [start, end] = range;
    if (link && random.below(2) === 0) {
      const [from, to] = random.pick(targets.filter((other) => other.link)).range;
      save(start, end - start);
      disk.copyWithin(start, from, to);
      continue;
    }
    const at = random.between(start, end - 1);
    const length = Math.min(random.pick([1, 1, 2, 4, 4, 32]), disk.length - at);
    save(at, length);
    const kind = random.below(4);
    for (let byte = at; byte < at + length; byte++) {
      if (kind === 0) disk[byte] = (disk[byte] ?? 0) ^ (1 << random.below(8));
      else if (kind === 1) disk[byte] = random.pick(EDGES);
      else if (kind === 2) disk[byte] = random.below(256);
      else disk[byte] = disk[(byte + 32) % disk.length] ?? 0;
    }
    if (copy !== undefined) {
      save(at + copy, length);
      disk.copyWithin(at + copy, at, at + length);
    }
    // What does not stay in its place may be the boot sector.
    sameVolume &&= same && at + length <= end;
  }
  return {
    sound: false,
    sameVolume,
    undo: () => {
      for (const [at, bytes] of before.reverse()) disk.set(bytes, at);
    },
  };
}

const NO_DAMAGE: Damage = { undo: () => undefined, sound: true, sameVolume: true };

/** What became of a number of disks. */
export interface DamageRun {
  /** Disks that were put before the kernel. */
  readonly images: number;
  readonly mounted: number;
  readonly stop: StopReason;
  /** What may not happen, in words. */
  readonly faults: readonly string[];
  /** How often each function returned what: `fat_read FR_INT_ERR (2)`. */
  readonly results: ReadonlyMap<string, number>;
  /** Disks that were mounted and on which something was FR_INT_ERR. */
  readonly contradictions: number;
  readonly requests: number;
  /** Guest seconds: the longest step, and all. */
  readonly longest: number;
  readonly guestTime: number;
  readonly instructions: number;
}

/**
 * Boots once and puts damaged disks before the kernel. The same arguments give the same run.
 * @param images number of disks, one in a hundred of them sound
 */
export async function runDamagedDisks(
  kind: DamageKind,
  images: number,
  seed: number,
  { kernel, programs }: { readonly kernel: Uint8Array; readonly programs: readonly UserProgram[] },
): Promise<DamageRun> {
  const subject = subjectOf(kind);
  const random = new SeededRandom(`${titleOfKind(kind)} ${seed}`);
  const init = programs.find(({ name }) => name === 'fatprobe');
  if (init === undefined) throw new Error('there is no program fatprobe');
  const plan = [`loop ${images}`, ...PLAN].map((line) => `${line}\n`).join('');
  const machine = await Machine.create({
    kernel,
    memory: 16 << 20,
    bootargs: 'sched=rr',
    disk: new Uint8Array(BLOCK),
    initrd: createInitrd([
      { path: '/bin/init', bytes: init.elf },
      { path: '/etc/plan', bytes: new TextEncoder().encode(plan) },
    ]),
  });
  const faults: string[] = [];
  const results = new Map<string, number>();
  let [image, step, began, longest, mounted, requests, contradictions] = [-1, 0, 0, 0, 0, 0, 0];
  let contradicted = false;
  let now = NO_DAMAGE;
  const command = (): string => PLAN[step % PLAN.length] ?? '';
  const fault = (what: string): void => {
    if (faults.length < 100) faults.push(`image ${image}, ${command()}: ${what}`);
  };
  const map = new KernelMap(kernel);
  const returned = (name: ContractName, result: number): void => {
    const text = `${name} ${resultName(result)}`;
    results.set(text, (results.get(text) ?? 0) + 1);
    if (result === FatResult.INT_ERR) contradicted = true;
    if (!text.includes('FR_')) fault(`${name} returned ${result}`);
  };
  for (const name of CONTRACT_FUNCTIONS) {
    const address = map.addressOf(name);
    if (address === undefined) throw new Error(`the kernel has no ${name}`);
    watchFunction(machine, address, {
      leave: ({ values }) => {
        returned(name, Number(BigInt.asIntN(32, values[0])));
      },
    });
  }
  machine.on('hint', ({ code, time, registers: [number = 0n, result = 0n] }) => {
    if (code === MarkCode.FatStep) {
      step = Number(number);
      began = time;
      if (command() !== 'image') return;
      contradicted = false;
      image++;
      now.undo();
      now = image % SOUND_EVERY === SOUND_EVERY - 1 ? NO_DAMAGE : damage(subject, random);
      machine.changeDisk(subject.disk);
    } else if (code === MarkCode.FatResult) {
      const seconds = (time - began) / machine.frequency;
      longest = Math.max(longest, seconds);
      if (seconds > STEP_LIMIT) fault(`took ${seconds} s`);
      if (command() === 'mount /dev/vda' && result === 0n) mounted++;
      if (command() === 'walk' && contradicted) contradictions++;
      if (command() === 'walk' && now.sound && (Number(result) !== subject.entries || contradicted))
        fault(`${result} entries of a sound volume instead of ${subject.entries}`);
    }
  });
  machine.on('disk', ({ sector, count, status, write }) => {
    requests++;
    const [start, end] = [sector * SECTOR, (sector + count) * SECTOR];
    const what = `request for ${count} sectors from ${sector}`;
    if (write) fault(`${what}: a write`);
    if (status !== 0) fault(`${what}: status ${status}`);
    if (end > Math.max(subject.disk.length, BLOCK)) fault(`${what}: beyond the disk`);
    if (MOUNTING.has(command()) || !now.sameVolume) return;
    if (start < subject.volume[0] || end > subject.volume[1]) fault(`${what}: outside of the volume`);
  });
  const stop = machine.run({ untilTime: images * STEP_LIMIT + 1 });
  if (stop.kind !== 'shutdown') fault(`the machine stopped: ${JSON.stringify(stop)}`);
  return {
    images: image + 1,
    mounted,
    stop,
    faults,
    results,
    contradictions,
    requests,
    longest,
    guestTime: machine.time,
    instructions: machine.instructions,
  };
}
