/**
 * Engine A: an interpreter generated from the instruction definitions as one WebAssembly loop.
 *
 * Guest code is decoded a page at a time into entries that the loop steps through (`layout.ts`); an operation
 * number of 0 means "not decoded yet". Everything rare is a call out to TypeScript: a TLB miss, a device, a
 * privileged instruction.
 */
import type { EngineCalls } from './engine-calls.js';
import { Loop } from './interpreter-loop.js';
import type { FunctionBody } from './wasm.js';
import { ModuleBuilder, Op, ValueType } from './wasm.js';

/** The generated interpreter. */
export interface Interpreter {
  /** Runs the hart until its budget is used up or a call says to leave. */
  run(hart: number): void;
}

let compiled: Promise<WebAssembly.Module> | undefined;

/** Instantiates the interpreter over a machine's memory. */
export async function createInterpreter(
  memory: WebAssembly.Memory,
  calls: EngineCalls,
): Promise<Interpreter> {
  compiled ??= WebAssembly.compile(assemble());
  const instance = await WebAssembly.instantiate(await compiled, {
    env: {
      memory,
      decode: (hart: number, entry: number) => calls.decode(hart, entry),
      fetch: (hart: number) => calls.fetch(hart),
      cross: (hart: number) => calls.cross(hart),
      load: (hart: number, entry: number, size: number) => calls.load(hart, entry, size),
      store: (hart: number, entry: number, size: number) => calls.store(hart, entry, size),
      atomic: (hart: number, entry: number, size: number, write: number) =>
        calls.atomic(hart, entry, size, write),
      probe: (hart: number, entry: number) => calls.probe(hart, entry),
      system: (hart: number, entry: number) => calls.system(hart, entry),
    },
  });
  return instance.exports as unknown as Interpreter;
}

/** The module's bytes. */
export function assemble(): Uint8Array<ArrayBuffer> {
  const { I32, I64 } = { I32: ValueType.I32, I64: ValueType.I64 } as const;
  const module = new ModuleBuilder();
  const imports = {
    decode: module.import('env', 'decode', [I32, I32], [I32]),
    fetch: module.import('env', 'fetch', [I32], [I32]),
    cross: module.import('env', 'cross', [I32], [I32]),
    load: module.import('env', 'load', [I32, I32, I32], [I32]),
    store: module.import('env', 'store', [I32, I32, I32], [I32]),
    atomic: module.import('env', 'atomic', [I32, I32, I32, I32], [I32]),
    probe: module.import('env', 'probe', [I32, I32], [I32]),
    system: module.import('env', 'system', [I32, I32], [I32]),
  };
  const mulHighUnsigned = module.define('mulHighUnsigned', [I64, I64], [I64], emitMulHighUnsigned);
  module.define('run', [I32], [], (body) => {
    new Loop(body, imports, mulHighUnsigned).emit();
  });
  return module.encode();
}

/** (a * b) >> 64 by four 32-bit products (Knuth, TAOCP volume 2, 4.3.1, algorithm M). */
function emitMulHighUnsigned(f: FunctionBody): void {
  const [a, b] = [0, 1];
  const low = 0xffffffffn;
  const cross = f.local(ValueType.I64);
  const half = (operand: number, high: boolean): void => {
    f.get(operand);
    if (high) f.i64(32n).op(Op.I64ShrU);
    else f.i64(low).op(Op.I64And);
  };
  const product = (highA: boolean, highB: boolean): void => {
    half(a, highA);
    half(b, highB);
    f.op(Op.I64Mul);
  };
  // cross = ah*bl + (al*bl >> 32), which cannot overflow.
  product(true, false);
  product(false, false);
  f.i64(32n).op(Op.I64ShrU, Op.I64Add).set(cross);
  // ah*bh + (cross >> 32) + ((al*bh + (cross & low)) >> 32)
  product(true, true);
  f.get(cross).i64(32n).op(Op.I64ShrU, Op.I64Add);
  product(false, true);
  f.get(cross).i64(low).op(Op.I64And, Op.I64Add).i64(32n).op(Op.I64ShrU, Op.I64Add);
}
