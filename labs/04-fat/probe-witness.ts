/**
 * Follows `fatprobe` through its plan: puts each disk before the kernel, notes what the functions of the contract
 * return and what the disk is asked for, reads what the program has got out of its memory, and judges every step.
 */
import type { Scenario } from '../../autograder/lab/definition.js';
import { Mode } from '../../emulator/hart/exceptions.js';
import type { Machine } from '../../emulator/machine/machine.js';
import { watchFunction } from '../../emulator/observe/function-probe.js';
import type { HintEvent } from '../../emulator/observe/events.js';
import { MarkCode } from '../../emulator/observe/schedule-trace.js';
import { ShippedPages } from '../../emulator/observe/shipped-pages.js';
import { CONTRACT_FUNCTIONS, linesOf } from './image-case.js';
import type { ContractName, ImageCase, Judgement, SeenCall, SeenRequest } from './image-case.js';

/** What became of one step; plain data. */
export interface StepOutcome extends Judgement {
  /** Index of the image. */
  readonly image: number;
  readonly command: string;
  /** Guest cycle at which it ended. */
  readonly time: number;
  /** Index of the hart. */
  readonly hart: number;
  readonly cycles: number;
  readonly requests: number;
}

/** A request for what may not be read. */
export interface StrayRead {
  readonly image: number;
  readonly command: string;
  /** In sectors of 512 bytes. */
  readonly sector: number;
  readonly count: number;
  readonly time: number;
}

/** What {@link fatWitness} answers. */
export interface FatEvidence {
  readonly images: readonly { readonly title: string; readonly control: boolean; readonly steps: number }[];
  readonly outcomes: readonly StepOutcome[];
  readonly strayReads: readonly StrayRead[];
  /** The step that had begun and not ended when the run did. */
  readonly underWay?: { readonly image: number; readonly command: string; readonly time: number };
}

/** The longest a program may have read at once: fatprobe's buffer. */
const BUFFER_LIMIT = 256 << 10;
const PAGE = 4096n;
const SECTOR = 512;

/** The witness of a scenario with these images. */
export function fatWitness(
  casesFor: (seed: number) => readonly ImageCase[],
): NonNullable<Scenario['witness']> {
  return (machine, { seed, programs, kernel, records }) => {
    const cases = casesFor(seed);
    const probe = programs.filter(({ name }) => name === 'fatprobe');
    const follower = new PlanFollower(machine, cases, new ShippedPages(machine, probe));
    for (const name of CONTRACT_FUNCTIONS) {
      const address = kernel.addressOf(name);
      if (address !== undefined) {
        watchFunction(machine, address, {
          leave: ({ values }) => {
            if (records.spend()) follower.returned(name, Number(BigInt.asIntN(32, values[0])));
          },
        });
      }
    }
    machine.on('disk', ({ sector, count, time }) => {
      if (records.spend()) follower.requested(sector, count, time);
    });
    machine.on('hint', (event) => {
      follower.marked(event);
    });
    return () => follower.evidence();
  };
}

class PlanFollower {
  private readonly lines;
  private readonly outcomes: StepOutcome[] = [];
  private readonly strayReads: StrayRead[] = [];
  /** The step that is under way. */
  private current = -1;
  private began = 0;
  private ended = true;
  private calls: SeenCall[] = [];
  private requests: SeenRequest[] = [];
  /** Whether an answer was in the program's memory that is not the shipped one: nothing is believed any more. */
  private forged = false;

  constructor(
    private readonly machine: Machine,
    private readonly cases: readonly ImageCase[],
    private readonly shipped: ShippedPages,
  ) {
    this.lines = linesOf(cases);
  }

  evidence(): FatEvidence {
    const images = this.cases.map(({ title, control = false, steps }) => ({
      title,
      control,
      steps: steps.length,
    }));
    const line = this.ended ? undefined : this.lines[this.current];
    const { outcomes, strayReads } = this;
    const underWay = line && { image: line.image, command: line.command, time: this.began };
    return { images, outcomes, strayReads, ...(underWay && { underWay }) };
  }

  returned(name: ContractName, result: number): void {
    this.calls.push({ function: name, result });
  }

  requested(sector: number, count: number, time: number): void {
    this.requests.push({ sector, count });
    const line = this.lines[this.current];
    const readable = line && this.cases[line.image]?.readable;
    if (line === undefined || readable === undefined) return;
    const inside = readable.some(
      ([start, end]) => start <= sector * SECTOR && (sector + count) * SECTOR <= end,
    );
    if (!inside) this.strayReads.push({ image: line.image, command: line.command, sector, count, time });
  }

  marked({ mode, code, hart, pc, time, registers }: HintEvent): void {
    if (mode !== Mode.User || (code !== MarkCode.FatStep && code !== MarkCode.FatResult)) return;
    if (!this.shipped.has(hart, pc)) this.forged = true;
    const [step = 0n, result = 0n, address = 0n, length = 0n] = registers;
    if (this.forged) return;
    if (code === MarkCode.FatStep) {
      // Steps come one after the other; a program that is sent back is not asked again.
      if (Number(step) !== this.current + 1) this.forged = true;
      else this.begin(Number(step), time);
    } else if (Number(step) === this.current) {
      this.end(Number(BigInt.asIntN(64, result)), this.readUser(hart, address, length), time, hart);
    }
  }

  private begin(step: number, time: number): void {
    this.current = step;
    this.began = time;
    this.ended = false;
    this.calls = [];
    this.requests = [];
    const line = this.lines[step];
    const image = line && this.cases[line.image];
    if (line?.command === 'image' && image !== undefined) this.machine.changeDisk(image.disk);
  }

  private end(result: number, bytes: Uint8Array, time: number, hart: number): void {
    const line = this.lines[this.current];
    this.ended = true;
    if (line?.step === undefined) return;
    const { calls, requests } = this;
    const cycles = time - this.began;
    const judgement = line.step.judge({ result, bytes, calls, requests, cycles });
    const { image, command } = line;
    this.outcomes.push({ ...judgement, image, command, time, hart, cycles, requests: requests.length });
  }

  /** What lies at an address of the process that runs on a hart. */
  private readUser(hart: number, address: bigint, length: bigint): Uint8Array {
    const bytes = new Uint8Array(Number(BigInt.asUintN(64, length)) > BUFFER_LIMIT ? 0 : Number(length));
    for (let at = 0; at < bytes.length;) {
      const virtual = address + BigInt(at);
      const part = Math.min(bytes.length - at, Number(PAGE - (virtual % PAGE)));
      const physical = this.machine.harts[hart]?.translate(virtual, 'load') ?? -1;
      if (physical < 0 || !this.machine.memory.contains(physical, part)) break;
      bytes.set(this.machine.memory.read(physical, part), at);
      at += part;
    }
    return bytes;
  }
}
