/** Why a guest came to a bad end: what each hart was doing, as `hartlab grade` tells it. */
import { Mode, type Machine, type ScheduleTrace, type StopReason } from '../../../emulator/index.js';
import { BadImageError } from '../../../emulator/bad-image.js';
import { KernelMap } from '../../runner/diagnosis/kernel-map.js';
import { diagnose } from '../../runner/diagnosis/outcome.js';
import { explainOutcome } from '../../runner/explain-outcome.js';

/** SBI System Reset extension (SBI 2.0, chapter 10). */
const SRST = 0x53525354n;

/** Listens to a run from its beginning for what a diagnosis needs. */
export class Diagnosis {
  private readonly lastUser = new Map<number, number>();
  private resetBy: number | undefined;

  constructor(
    private readonly machine: Machine,
    private readonly kernel: Uint8Array,
  ) {
    machine.on('user-leave', ({ hart, time }) => this.lastUser.set(hart, time));
    machine.on('sbi', ({ eid, hart }) => {
      if (eid === SRST) this.resetBy = hart;
    });
  }

  /**
   * What led to the end, one line each: the place of a panic, or where each hart was and what it waited for. Empty
   * for a good end, and for a kernel whose symbols cannot be read.
   * @param panic the line of the console that begins with `panic:`, or null
   */
  explain(stop: StopReason, panic: string | null): string[] {
    const { machine, resetBy } = this;
    let map: KernelMap;
    try {
      map = new KernelMap(this.kernel);
    } catch (error) {
      if (error instanceof BadImageError) return [];
      throw error;
    }
    const outcome = diagnose({
      machine,
      map,
      stop,
      trace: this.trace(),
      console: panic ?? '',
      ...(resetBy !== undefined && { resetBy }),
    });
    const lines = explainOutcome(outcome, machine.frequency);
    // That the time is over has been said.
    return outcome.kind === 'budget' ? lines.slice(1) : lines;
  }

  /** Of the schedule a diagnosis asks only when each hart last ran a program: that much is kept. */
  private trace(): ScheduleTrace {
    const { machine } = this;
    const end = machine.cycles;
    const intervals = [...this.lastUser].map(([hart, time]) => ({
      hart,
      start: time,
      end: machine.harts[hart]?.mode === Mode.User ? end : time,
      retired: 0,
      space: 0,
      entered: 0,
      left: 1,
    }));
    const { frequency } = machine;
    return {
      harts: machine.harts.length,
      frequency,
      end,
      intervals,
      spaces: [],
      marks: [],
      idle: [],
      calls: [],
    };
  }
}
