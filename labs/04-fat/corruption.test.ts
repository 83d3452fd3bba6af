/**
 * Ten thousand damaged disks, put before the reference one after the other in four boots. Whatever is on them: every
 * step comes to an end soon, the kernel stays up, and nothing is asked of the disk that it has not got.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { createInitrd } from '../../autograder/image/initrd.js';
import { partitionedDisk } from '../../autograder/image/partition-table.js';
import { SeededRandom } from '../../autograder/image/seeded-random.js';
import { buildKernel, buildPrograms } from '../../autograder/toolchain/index.js';
import type { UserProgram } from '../../autograder/toolchain/index.js';
import { Machine } from '../../emulator/machine/machine.js';
import { MarkCode } from '../../emulator/observe/schedule-trace.js';
import { SampleVolume, SMALL16, SMALL32 } from './cases/volume.js';

const IMAGES_A_BOOT = 2500;
const PLAN = ['image', 'mount /dev/vda', 'walk', 'umount'] as const;
/** Guest seconds that one step may take; the walk of a volume that is not damaged takes 0.006. */
const STEP_LIMIT = 0.5;
const BLOCK = 4096;
const SECTOR = 512;

/** Bytes of the disk, as `[start, end)`. */
type Range = readonly [number, number];

interface Subject {
  readonly disk: Uint8Array;
  readonly volume: Range;
  /** Where damage is done, and whether what is mounted afterwards is still the same volume. */
  readonly targets: readonly { readonly name: string; readonly range: Range; readonly sameVolume: boolean }[];
}

function subject(bits: 16 | 32, partition: boolean): Subject {
  const random = new SeededRandom(`corruption ${bits} ${partition}`);
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
  const disk = partition
    ? partitionedDisk(base + size + 64 * SECTOR, [
        { slot: 1, type: bits === 16 ? 0x06 : 0x0c, first: 64, bytes: writer.bytes },
      ])
    : writer.bytes;
  const at = (start: number, length: number): Range => [base + start, base + start + length];
  const usedFat = (bits / 8) * 64;
  const chains = ['/ONE.BIN', '/A long name.text', '/DIR', '/DIR/IN.BIN', '/DIR/DEEPER'].flatMap((name) =>
    writer.chainOf(name).map((cluster) => at(writer.fatStart + (bits / 8) * cluster, bits / 8)),
  );
  const folders = ['/DIR', '/DIR/DEEPER', ...(bits === 32 ? ['/'] : [])].flatMap((name) =>
    writer.chainOf(name).map((cluster) => at(writer.clusterAt(cluster), writer.clusterSize)),
  );
  const root: readonly Range[] = bits === 16 ? [at(writer.rootStart, 256)] : [];
  const target = (name: string, range: Range, sameVolume = true): Subject['targets'][number] => {
    return { name, range, sameVolume };
  };
  return {
    disk,
    volume: [base, base + size],
    targets: [
      target('BPB', at(0, 64), false),
      target('BPB', at(0, 64), false),
      target('the first FAT entries', at(writer.fatStart, usedFat)),
      ...chains.map((range) => target('a chain', range)),
      ...[...folders, ...root].flatMap(
        (range) => Array(4).fill(target('a directory', range)) as Subject['targets'],
      ),
      ...(bits === 32 ? [target('FSInfo', at(SECTOR, SECTOR))] : []),
      ...(partition ? [target('MBR', [446, SECTOR], false), target('MBR', [446, SECTOR], false)] : []),
      target('anything', [0, disk.length], false),
    ],
  };
}

/** Values that are on the edge of something. */
const EDGES = [0, 1, 2, 3, 0x0f, 0x10, 0x7f, 0x80, 0xe5, 0xf7, 0xf8, 0xff];

/** Damages the disk in some places; returns what puts it in order again. */
function damage({ disk, targets }: Subject, random: SeededRandom): { undo: () => void; sameVolume: boolean } {
  const before: [number, Uint8Array][] = [];
  let sameVolume = true;
  const places = random.pick([1, 1, 1, 2, 4, 12]);
  for (let i = 0; i < places; i++) {
    const { range, sameVolume: same } = random.pick(targets);
    const [start, end] = range;
    const at = random.between(start, end - 1);
    const length = Math.min(random.pick([1, 1, 2, 4, 4, 32]), disk.length - at);
    before.push([at, disk.slice(at, at + length)]);
    const kind = random.below(4);
    for (let byte = at; byte < at + length; byte++) {
      if (kind === 0) disk[byte] = (disk[byte] ?? 0) ^ (1 << random.below(8));
      else if (kind === 1) disk[byte] = random.pick(EDGES);
      else if (kind === 2) disk[byte] = random.below(256);
      else disk[byte] = disk[(byte + 32) % disk.length] ?? 0;
    }
    // What does not stay in its place may be the boot sector.
    sameVolume &&= same && at + length <= end;
  }
  return {
    sameVolume,
    undo: () => {
      for (const [at, bytes] of before.reverse()) disk.set(bytes, at);
    },
  };
}

let kernel: Uint8Array;
let programs: readonly UserProgram[];

beforeAll(async () => {
  const built = await buildKernel();
  if (!built.ok) throw new Error('the reference does not build');
  kernel = built.kernel;
  programs = await buildPrograms();
});

describe('ten thousand damaged disks', () => {
  it.each([
    ['FAT16, the whole disk', 16, false],
    ['FAT16, in a partition', 16, true],
    ['FAT32, the whole disk', 32, false],
    ['FAT32, in a partition', 32, true],
  ] as const)(
    '%s: the kernel stays up, and asks for nothing that there is not',
    async (title, bits, partition) => {
      const victim = subject(bits, partition);
      const random = new SeededRandom(title);
      const init = programs.find(({ name }) => name === 'fatprobe')?.elf ?? new Uint8Array(0);
      const plan = [`loop ${IMAGES_A_BOOT}`, ...PLAN].map((line) => `${line}\n`).join('');
      const machine = await Machine.create({
        kernel,
        memory: 16 << 20,
        bootargs: 'sched=rr',
        disk: new Uint8Array(BLOCK),
        initrd: createInitrd([
          { path: '/bin/init', bytes: init },
          { path: '/etc/plan', bytes: new TextEncoder().encode(plan) },
        ]),
      });
      const faults: string[] = [];
      let image = -1;
      let step = 0;
      let began = 0;
      let mounted = 0;
      let last = { undo: (): void => undefined, sameVolume: false };
      machine.on('hint', ({ code, time, registers }) => {
        const command = PLAN[step % PLAN.length];
        if (code === MarkCode.FatStep) {
          step = Number(registers[0]);
          began = time;
          if (PLAN[step % PLAN.length] !== 'image') return;
          image++;
          last.undo();
          last = damage(victim, random);
          machine.changeDisk(victim.disk);
        } else if (code === MarkCode.FatResult) {
          const seconds = (time - began) / machine.frequency;
          if (seconds > STEP_LIMIT) faults.push(`image ${image}: ${command} took ${seconds} s`);
          if (command === 'mount /dev/vda' && registers[1] === 0n) mounted++;
        }
      });
      machine.on('disk', ({ sector, count, status, write }) => {
        const [start, end] = [sector * SECTOR, (sector + count) * SECTOR];
        if (status !== 0 || write)
          faults.push(`image ${image}: request for ${sector}, ${count} sectors: status ${status}`);
        const command = PLAN[step % PLAN.length];
        if (command !== 'walk' || !last.sameVolume) return;
        if (start < victim.volume[0] || end > victim.volume[1]) {
          faults.push(`image ${image}: request for ${sector}, ${count} sectors, outside of the volume`);
        }
      });
      const stop = machine.run({ untilTime: IMAGES_A_BOOT * STEP_LIMIT });
      expect(faults).toEqual([]);
      expect(stop).toEqual({ kind: 'shutdown', type: 'shutdown', reason: 'none' });
      expect(image).toBe(IMAGES_A_BOOT - 1);
      // Most damage does not keep a volume from being mounted, and some does.
      expect(mounted).toBeGreaterThan(IMAGES_A_BOOT / 2);
      expect(mounted).toBeLessThan(IMAGES_A_BOOT);
    },
    300_000,
  );
});
