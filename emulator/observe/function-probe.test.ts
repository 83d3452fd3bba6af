import { describe, expect, it } from 'vitest';
import { Machine } from '../machine/machine.js';
import { assemble } from '../node/assemble.js';
import type { FunctionCall, FunctionReturn } from './function-probe.js';
import { watchFunction } from './function-probe.js';

const FUNCTION = 0x80201000n;

/** The function is at 0x80201000; t0 and the data come after it. */
async function watched(
  source: string,
  body: string,
): Promise<{ machine: Machine; calls: FunctionCall[]; returns: FunctionReturn[]; stop: () => void }> {
  const kernel = assemble(
    `la sp, stack\n${source}\nli t6, 0x100000; li t5, 0x5555; sw t5, 0(t6); j .
    .balign 4096
    f: ${body}
    .data; .zero 4096
    stack: .zero 4096`,
  );
  const machine = await Machine.create({ memory: 16 << 20, kernel });
  const calls: FunctionCall[] = [];
  const returns: FunctionReturn[] = [];
  const stop = watchFunction(machine, FUNCTION, {
    enter: (call) => calls.push(call),
    leave: (result) => returns.push(result),
  });
  return { machine, calls, returns, stop };
}

describe('a watched function', () => {
  it('tells arguments and results of each call', async () => {
    const { machine, calls, returns } = await watched(
      'li a0, 5; li a7, 9; call f; mv s0, a0; li a0, 7; call f',
      'slli a0, a0, 1; li a1, 3; ret',
    );
    expect(machine.run().kind).toBe('finisher');
    expect(calls.map(({ args }) => [args.length, args[0], args[7]])).toEqual([
      [8, 5n, 9n],
      [8, 7n, 9n],
    ]);
    expect(returns.map(({ values }) => values)).toEqual([
      [10n, 3n],
      [14n, 3n],
    ]);
    expect(returns.map(({ call }) => call)).toEqual(calls);
    expect(returns[0]?.call).toBe(calls[0]);
    expect((returns[0]?.time ?? 0) - (calls[0]?.time ?? 0)).toBe(3);
  });

  it('tells apart the returns of a recursion', async () => {
    const { machine, returns } = await watched(
      'li a0, 3; call f',
      `addi sp, sp, -16; sd ra, 0(sp); sd a0, 8(sp)
       beqz a0, 1f; addi a0, a0, -1; call f
       1: ld t0, 8(sp); add a0, a0, t0; ld ra, 0(sp); addi sp, sp, 16; ret`,
    );
    machine.run();
    expect(returns.map(({ call, values }) => [call.args[0], values[0]])).toEqual([
      [0n, 0n],
      [1n, 1n],
      [2n, 3n],
      [3n, 6n],
    ]);
  });

  it('is not taken for returned when the place after the call is reached otherwise', async () => {
    const { machine, calls, returns } = await watched(
      `li s0, 2
       1: addi sp, sp, -64; la ra, 2f; j 2f
       3: addi sp, sp, 64; call f
       2: beqz s0, 4f; addi s0, s0, -1; j 3b
       4:`,
      'ret',
    );
    machine.run();
    expect([calls.length, returns.length]).toEqual([2, 2]);
  });

  it('may never return: the next call from the same frame takes its place', async () => {
    const { machine, calls, returns } = await watched(
      'li s0, 1; again: call f',
      'beqz s0, 1f; li s0, 0; la t0, again; jr t0; 1: li a0, 42; ret',
    );
    machine.run();
    expect(calls).toHaveLength(2);
    expect(returns.map(({ call, values }) => [call === calls[1], values[0]])).toEqual([[true, 42n]]);
  });

  it('is left alone when watching stops', async () => {
    const { machine, calls, returns, stop } = await watched('call f; call f', 'nop; nop; ret');
    machine.run({ untilInstructions: 6 });
    expect(calls).toHaveLength(1);
    stop();
    machine.run();
    expect([calls.length, returns.length]).toEqual([1, 0]);
  });

  it('may return on another hart', async () => {
    const kernel = assemble(`
      la sp, stack; li a0, 1; la a1, other; li a2, 0; li a7, 0x48534D; li a6, 0; ecall
      call f
      back: la t0, 0x100000; li t5, 0x5555; sw t5, 0(t0); j .
      other: la s0, frame; 1: ld sp, 0(s0); beqz sp, 1b; ld ra, 8(s0); li a0, 77; ret
      .balign 4096
      f: la t0, frame; sd ra, 8(t0); fence; sd sp, 0(t0); 1: wfi; j 1b
      .data; .balign 8
      frame: .dword 0, 0
      .zero 4096
      stack: .dword 0`);
    const machine = await Machine.create({ memory: 16 << 20, kernel, harts: 2 });
    const seen: [number, number, bigint][] = [];
    watchFunction(machine, FUNCTION, {
      leave: ({ call, hart, values }) => seen.push([call.hart, hart, values[0]]),
    });
    expect(machine.run().kind).toBe('finisher');
    expect(seen).toEqual([[0, 1, 77n]]);
  });
});
