/** Checks of the registers that a hart sets for itself. */
import type { Evidence, Finding } from '../../autograder/lab/evidence.js';
import { traceFinding } from '../../autograder/lab/expected-trace.js';
import { bringUps, byHart, cannotJudge, listOf, nameOf, notReached, seconds, writesOf } from './bring-up.js';
import type { BringUp, HartVerdict, Placed } from './bring-up.js';
import { pagingOrder } from './expected-bring-up.js';
import {
  Csr,
  hex,
  kernelSatp,
  satpFault,
  SCOUNTEREN_ALL,
  SIE_ALL,
  SIE_BITS,
  sieNames,
  Sstatus,
  SSTATUS_OFF,
} from './hardware.js';
import { RUBBISH_STVEC, witnessOf } from './witness.js';

/** When the rules of a hart's own registers must hold, for a sentence. */
function dueBy({ boots, online }: BringUp): string {
  return boots
    ? 'when bootcamp_traps() returned'
    : online.length > 0
      ? 'when it said that it was online'
      : 'when the run ended';
}

/** Whether a hart got to where the rules must hold. */
function isReady({ boots, events, ready, online }: BringUp): boolean {
  return boots ? events.some(({ index }) => index >= ready) : online.length > 0;
}

/** The value that a CSR has been given by the time at which it must be right. */
function lastWrite(bringUp: BringUp, csr: number): ReturnType<typeof writesOf>[number] | undefined {
  return writesOf(bringUp.events, csr)
    .filter(({ index }) => index < bringUp.ready)
    .at(-1);
}

/** tp, at every function that relies on it. */
export function threadPointer(evidence: Evidence): Finding {
  const { samples } = witnessOf(evidence);
  const verdicts = bringUps(evidence).map((bringUp): HartVerdict => {
    const own = samples.filter(({ hart }) => hart === bringUp.hart);
    const wrong = own.find(({ tp, expected }) => tp !== expected);
    if (own.length === 0) return notReached(evidence, bringUp, 'came to anything that asks for this_hart()');
    if (wrong === undefined) return { bringUp, fraction: 1 };
    const place = wrong.where === 'online' ? 'when it set online' : `at the call of ${wrong.where}()`;
    const other = indexOf(wrong.tp - wrong.expected, bringUp, evidence);
    return {
      bringUp,
      fraction: 0,
      fault:
        `${nameOf(bringUp)}: tp = ${hex(wrong.tp)}${other} ${place} (${seconds(evidence, wrong.time)}); ` +
        `its struct hart is at ${hex(wrong.expected)}`,
    };
  });
  const expected = "tp points to the hart's own struct hart wherever this_hart() is asked for";
  return byHart(evidence, expected, verdicts, 'so it does on every hart');
}

/** Whose struct hart it is instead. */
function indexOf(distance: bigint, { hart }: BringUp, { events: log }: Evidence): string {
  const index = hart + Number(distance / 256n);
  const id = log.hartIds[index];
  return distance % 256n === 0n && id !== undefined ? ` (hart ${id}'s)` : '';
}

/** stvec in time, and never anything else. */
export function trapEntry(evidence: Evidence): Finding {
  const entry = evidence.kernel.addressOf('trap_entry');
  const verdicts = bringUps(evidence).map((bringUp): HartVerdict => {
    const writes = writesOf(bringUp.events, Csr.stvec);
    const right = writes.find(({ event }) => event.value === entry);
    const trap = bringUp.events.find(({ event }) => event.kind === 'trap' && event.to === 1);
    if (trap?.event.kind === 'trap' && trap.index < (right?.index ?? Infinity)) {
      const stvec = writes.filter(({ index }) => index < trap.index).at(-1)?.event.value ?? RUBBISH_STVEC;
      return {
        bringUp,
        fraction: 0,
        at: trap,
        fault:
          `${nameOf(bringUp)} took ${trap.event.interrupt ? 'an interrupt' : 'an exception'} (cause ` +
          `${trap.event.cause}, pc ${hex(trap.event.epc)}) when stvec was ${hex(stvec)}`,
      };
    }
    const last = lastWrite(bringUp, Csr.stvec);
    if (!isReady(bringUp) && last === undefined) return notReached(evidence, bringUp, 'wrote stvec');
    if (last === undefined) {
      const late =
        right === undefined ? '' : `; it wrote it ${seconds(evidence, right.event.time)}, too late`;
      return {
        bringUp,
        fraction: 0,
        fault: `${nameOf(bringUp)} had not written stvec ${dueBy(bringUp)}: it held what the firmware left${late}`,
        ...(right && { at: right }),
      };
    }
    const final = writes.at(-1) ?? last;
    const wrong = [last, final].find(({ event }) => event.value !== entry);
    if (wrong === undefined) return { bringUp, fraction: 1 };
    const { value } = wrong.event;
    const mode = value - (value & 3n) === entry ? ' (mode Vectored: interrupts would go elsewhere)' : '';
    return {
      bringUp,
      fraction: 0,
      at: wrong,
      fault: `${nameOf(bringUp)}: stvec = ${hex(value)}${mode} ${dueBy(bringUp)}`,
    };
  });
  const expected = `stvec = trap_entry (${hex(entry ?? 0n)}), mode Direct, before a trap can be taken`;
  return byHart(evidence, expected, verdicts, 'so it was on every hart');
}

/** sscratch, sstatus and scounteren: a third each. */
export function supervisorState(evidence: Evidence): Finding {
  const verdicts = bringUps(evidence).map((bringUp): HartVerdict => {
    const faults: { text: string; at?: Placed }[] = [];
    const look = (csr: number, name: string, faultOf: (value: bigint) => string | undefined): void => {
      const write = lastWrite(bringUp, csr);
      const fault = write === undefined ? undefined : faultOf(write.event.value);
      if (write === undefined)
        faults.push({ text: `${name} was not written: it holds what the firmware left` });
      else if (fault !== undefined) faults.push({ text: fault, at: write });
    };
    look(Csr.sscratch, 'sscratch', (value) => (value === 0n ? undefined : `sscratch = ${hex(value)}, not 0`));
    look(Csr.sstatus, 'sstatus', (value) => {
      const on = SSTATUS_OFF.filter(([, bits]) => (value & bits) !== 0n).map(([name]) => name);
      return on.length === 0 ? undefined : `sstatus has ${listOf(on)} on`;
    });
    look(Csr.scounteren, 'scounteren', (value) => {
      return value === SCOUNTEREN_ALL ? undefined : `scounteren = ${hex(value)}, not CY, TM and IR (0x7)`;
    });
    if (!isReady(bringUp) && faults.length === 3) {
      return notReached(evidence, bringUp, 'wrote sscratch, sstatus or scounteren');
    }
    const [first] = faults;
    if (first === undefined) return { bringUp, fraction: 1 };
    return {
      bringUp,
      fraction: 1 - faults.length / 3,
      fault: `${nameOf(bringUp)}, ${dueBy(bringUp)}: ${faults.map(({ text }) => text).join('; ')}`,
      ...(first.at && { at: first.at }),
    };
  });
  const expected = 'sscratch = 0, scounteren = CY, TM, IR, and in sstatus SUM, MXR, FS and VS are 0';
  return byHart(evidence, expected, verdicts, 'so they were on every hart');
}

/** sie: a third for each of three bits, nothing where others are on. */
export function interruptEnables(evidence: Evidence): Finding {
  const verdicts = bringUps(evidence).map((bringUp): HartVerdict => {
    const write = lastWrite(bringUp, Csr.sie);
    if (write === undefined) {
      if (!isReady(bringUp)) return notReached(evidence, bringUp, 'wrote sie');
      return { bringUp, fraction: 0, fault: `${nameOf(bringUp)} had not written sie ${dueBy(bringUp)}` };
    }
    const { value } = write.event;
    if (value === SIE_ALL) return { bringUp, fraction: 1 };
    const missing = SIE_BITS.filter(([, bit]) => (value & bit) === 0n).map(([name]) => name);
    const extra = value & ~SIE_ALL;
    return {
      bringUp,
      fraction: extra === 0n ? 1 - missing.length / SIE_BITS.length : 0,
      at: write,
      fault:
        `${nameOf(bringUp)}: sie enables ${sieNames(value)} ${dueBy(bringUp)}` +
        (missing.length > 0
          ? `; ${missing.join(' and ')} missing: ${missing.map(consequence).join(', ')}`
          : ''),
    };
  });
  const expected = 'sie = SSIE, STIE and SEIE on every hart';
  return byHart(evidence, expected, verdicts, 'so it was on every hart');
}

function consequence(bit: string): string {
  switch (bit) {
    case 'SSIE':
      return 'interrupts from other harts do not end wfi';
    case 'STIE':
      return 'no quantum ever ends';
    default:
      return 'devices are not heard';
  }
}

/** sstatus.SIE from the entry to the dispatcher. */
export function interruptsOff(evidence: Evidence): Finding {
  const { samples } = witnessOf(evidence);
  const all = bringUps(evidence);
  const verdicts = all.map((bringUp): HartVerdict => {
    const turned = writesOf(bringUp.events, Csr.sstatus).find(
      ({ event }) => (event.value & Sstatus.SIE) !== 0n,
    );
    const taken = bringUp.events.find(
      ({ event }) => event.kind === 'trap' && event.interrupt && event.to === 1,
    );
    const wrong = [turned, taken].filter((each) => each !== undefined).sort((a, b) => a.index - b.index)[0];
    if (wrong !== undefined) {
      const what = wrong === turned ? 'turned sstatus.SIE on' : 'took an interrupt';
      const then =
        taken === undefined || wrong === taken
          ? ''
          : ` and took an interrupt (cause ${'cause' in taken.event ? taken.event.cause : 0}) at ${seconds(evidence, taken.event.time)}`;
      return {
        bringUp,
        fraction: 0,
        at: wrong,
        fault: `${nameOf(bringUp)} ${what}${then} before it was in scheduler()`,
      };
    }
    const on = samples.find(({ hart, interruptsOn }) => hart === bringUp.hart && interruptsOn);
    if (on !== undefined) {
      return {
        bringUp,
        fraction: 0,
        fault: `${nameOf(bringUp)} had sstatus.SIE on at ${seconds(evidence, on.time)} (${on.where})`,
      };
    }
    if (bringUp.scheduler === undefined) return notReached(evidence, bringUp, 'came to scheduler()');
    return { bringUp, fraction: 1 };
  });
  if (
    all.every(({ scheduler }) => scheduler === undefined) &&
    verdicts.every(({ at: where }) => where === undefined)
  ) {
    throw cannotJudge(evidence, 'no hart came to scheduler()');
  }
  const expected = 'sstatus.SIE stays 0 until the dispatcher turns it on';
  return byHart(evidence, expected, verdicts, 'so it did on every hart');
}

/** The value of satp, and one write of it. */
export function paging(evidence: Evidence): Finding {
  const { kernelRoot } = witnessOf(evidence);
  const verdicts = bringUps(evidence).map((bringUp): HartVerdict => {
    const writes = writesOf(bringUp.events, Csr.satp);
    const [first] = writes;
    if (first === undefined) return notReached(evidence, bringUp, 'wrote satp');
    const wrong = writes.find(({ event }) => satpFault(event.value, kernelRoot) !== undefined);
    if (wrong !== undefined) {
      const why = satpFault(wrong.event.value, kernelRoot) ?? '';
      return {
        bringUp,
        fraction: 0,
        at: wrong,
        fault: `${nameOf(bringUp)}: satp = ${hex(wrong.event.value)}: ${why}`,
      };
    }
    if (writes.length > 1) {
      const fault = `${nameOf(bringUp)} wrote satp ${writes.length} times`;
      return { bringUp, fraction: 0.5, at: writes.at(-1) ?? first, fault };
    }
    return { bringUp, fraction: 1 };
  });
  const value = kernelRoot === 0n ? '' : ` (${hex(kernelSatp(kernelRoot))})`;
  const expected = `one write of satp: Sv39, ASID 0, the table that kvm_root points to${value}`;
  return byHart(evidence, expected, verdicts, 'so it was on every hart');
}

/** satp when the table is complete; then the fence; then everything else. */
export function pagingInOrder(evidence: Evidence): Finding {
  const reached = bringUps(evidence).filter(({ events }) => writesOf(events, Csr.satp).length > 0);
  if (reached.length === 0) throw cannotJudge(evidence, 'no hart wrote satp');
  const finding = traceFinding(pagingOrder, evidence, {
    expected:
      'satp when kvm_init() has completed the table; then sfence.vma; then whatever others can see, on every hart',
    right: 'so it was on every hart',
  });
  const [partial] = witnessOf(evidence).partialFences;
  if (finding.fraction === 1 || partial === undefined) return finding;
  const id = evidence.events.hartIds[partial.hart] ?? partial.hart;
  const seen =
    `hart ${id}: the sfence.vma at ${seconds(evidence, partial.time)} is for one address or one address space; ` +
    'what is known of all others stays';
  return { ...finding, seen: `${seen}\n${finding.seen}` };
}
