/**
 * A WebAssembly binary encoder (WebAssembly Core Specification 2.0, chapter 5): just enough to assemble the
 * modules that the engines generate at run time. It checks nothing; the host's validator does.
 */

/** Value types (5.3.1). */
export const enum ValueType {
  I32 = 0x7f,
  I64 = 0x7e,
  F64 = 0x7c,
}

/** Block type of a block that leaves nothing on the stack (5.4.1). */
export const VOID = 0x40;

/** Instructions by their opcode (5.4). */
export const enum Op {
  Unreachable = 0x00,
  Block = 0x02,
  Loop = 0x03,
  If = 0x04,
  Else = 0x05,
  End = 0x0b,
  Br = 0x0c,
  BrIf = 0x0d,
  BrTable = 0x0e,
  Return = 0x0f,
  Call = 0x10,
  Drop = 0x1a,
  Select = 0x1b,
  LocalGet = 0x20,
  LocalSet = 0x21,
  LocalTee = 0x22,
  I32Load = 0x28,
  I64Load = 0x29,
  I32Load8U = 0x2d,
  I32Load16U = 0x2f,
  I64Load8S = 0x30,
  I64Load8U = 0x31,
  I64Load16S = 0x32,
  I64Load16U = 0x33,
  I64Load32S = 0x34,
  I64Load32U = 0x35,
  I32Store = 0x36,
  I64Store = 0x37,
  I64Store8 = 0x3c,
  I64Store16 = 0x3d,
  I64Store32 = 0x3e,
  I32Const = 0x41,
  I64Const = 0x42,
  I32Eqz = 0x45,
  I32Eq = 0x46,
  I32Ne = 0x47,
  I32LtS = 0x48,
  I32LtU = 0x49,
  I32GeU = 0x4f,
  I64Eqz = 0x50,
  I64Eq = 0x51,
  I64Ne = 0x52,
  I64LtS = 0x53,
  I64LtU = 0x54,
  I64GeS = 0x59,
  I64GeU = 0x5a,
  I32Add = 0x6a,
  I32Sub = 0x6b,
  I32Mul = 0x6c,
  I32DivS = 0x6d,
  I32DivU = 0x6e,
  I32RemS = 0x6f,
  I32RemU = 0x70,
  I32And = 0x71,
  I32Or = 0x72,
  I32Shl = 0x74,
  I32ShrS = 0x75,
  I32ShrU = 0x76,
  I64Add = 0x7c,
  I64Sub = 0x7d,
  I64Mul = 0x7e,
  I64DivS = 0x7f,
  I64DivU = 0x80,
  I64RemS = 0x81,
  I64RemU = 0x82,
  I64And = 0x83,
  I64Or = 0x84,
  I64Xor = 0x85,
  I64Shl = 0x86,
  I64ShrS = 0x87,
  I64ShrU = 0x88,
  I32WrapI64 = 0xa7,
  I64ExtendI32S = 0xac,
  I64ExtendI32U = 0xad,
  I64Extend32S = 0xc4,
}

/** A growing byte buffer with the encodings of chapter 5.2. */
export class ByteWriter {
  private bytes = new Uint8Array(1024);
  private used = 0;

  get length(): number {
    return this.used;
  }

  byte(value: number): this {
    if (this.used === this.bytes.length) this.grow(1);
    this.bytes[this.used++] = value;
    return this;
  }

  append(bytes: Uint8Array): this {
    this.grow(bytes.length);
    this.bytes.set(bytes, this.used);
    this.used += bytes.length;
    return this;
  }

  /** Unsigned LEB128 of a number below 2^32. */
  unsigned(value: number): this {
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    return this.byte(rest);
  }

  /** Signed LEB128 of a 32-bit number. */
  signed(value: number): this {
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  /** Signed LEB128 of a 64-bit integer. */
  signed64(value: bigint): this {
    let rest = BigInt.asIntN(64, value);
    for (;;) {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      if ((rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  /** A name: its UTF-8 length, then its bytes. */
  name(text: string): this {
    const bytes = new TextEncoder().encode(text);
    return this.unsigned(bytes.length).append(bytes);
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.used);
  }

  private grow(extra: number): void {
    if (this.used + extra <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.used + extra));
    larger.set(this.bytes.subarray(0, this.used));
    this.bytes = larger;
  }
}

/** A position that branches can name; its depth is counted when the branch is written. */
export interface Label {
  readonly depth: number;
}

/** The body of one function under construction: instructions, locals, and labels instead of depths. */
export class FunctionBody {
  readonly code = new ByteWriter();
  private readonly locals: ValueType[] = [];
  private depth = 0;

  constructor(private readonly parameters: number) {}

  /** A new local variable; returns its index. */
  local(type: ValueType): number {
    this.locals.push(type);
    return this.parameters + this.locals.length - 1;
  }

  op(...ops: Op[]): this {
    for (const op of ops) this.code.byte(op);
    return this;
  }

  get(local: number): this {
    this.code.byte(Op.LocalGet).unsigned(local);
    return this;
  }

  set(local: number): this {
    this.code.byte(Op.LocalSet).unsigned(local);
    return this;
  }

  tee(local: number): this {
    this.code.byte(Op.LocalTee).unsigned(local);
    return this;
  }

  i32(value: number): this {
    this.code.byte(Op.I32Const).signed(value);
    return this;
  }

  i64(value: bigint): this {
    this.code.byte(Op.I64Const).signed64(value);
    return this;
  }

  /** A load or store with its byte offset; the alignment hint is 1, which is always valid. */
  memory(op: Op, offset: number): this {
    this.code.byte(op).byte(0).unsigned(offset);
    return this;
  }

  call(index: number): this {
    this.code.byte(Op.Call).unsigned(index);
    return this;
  }

  /** Opens a block, loop or if without a result. */
  open(kind: Op.Block | Op.Loop | Op.If): Label {
    this.code.byte(kind).byte(VOID);
    return { depth: ++this.depth };
  }

  else(): this {
    this.code.byte(Op.Else);
    return this;
  }

  /** Opens an `if` that leaves one value. */
  openValue(type: ValueType): Label {
    this.code.byte(Op.If).byte(type);
    return { depth: ++this.depth };
  }

  close(): this {
    this.code.byte(Op.End);
    this.depth--;
    return this;
  }

  branch(label: Label): this {
    this.code.byte(Op.Br).unsigned(this.depth - label.depth);
    return this;
  }

  branchIf(label: Label): this {
    this.code.byte(Op.BrIf).unsigned(this.depth - label.depth);
    return this;
  }

  /** Branches to `labels[top of stack]`, or to `otherwise`. */
  branchTable(labels: readonly Label[], otherwise: Label): this {
    this.code.byte(Op.BrTable).unsigned(labels.length);
    for (const label of labels) this.code.unsigned(this.depth - label.depth);
    this.code.unsigned(this.depth - otherwise.depth);
    return this;
  }

  encode(): Uint8Array {
    const body = new ByteWriter().unsigned(this.locals.length);
    for (const type of this.locals) body.unsigned(1).byte(type);
    body.append(this.code.finish()).byte(Op.End);
    return new ByteWriter().unsigned(body.length).append(body.finish()).finish();
  }
}

interface Signature {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** A module with one imported memory, imported functions, and exported functions. */
export class ModuleBuilder {
  private readonly types: Signature[] = [];
  private readonly imports: { module: string; name: string; type: number }[] = [];
  private readonly functions: { name: string; type: number; body: FunctionBody }[] = [];

  /** Imports a function; all imports come before the first {@link define}. Returns its index. */
  import(
    module: string,
    name: string,
    parameters: readonly ValueType[],
    results: readonly ValueType[],
  ): number {
    this.imports.push({ module, name, type: this.type({ parameters, results }) });
    return this.imports.length - 1;
  }

  /** Adds an exported function; returns its index. */
  define(
    name: string,
    parameters: readonly ValueType[],
    results: readonly ValueType[],
    write: (body: FunctionBody) => void,
  ): number {
    const body = new FunctionBody(parameters.length);
    write(body);
    this.functions.push({ name, type: this.type({ parameters, results }), body });
    return this.imports.length + this.functions.length - 1;
  }

  private type(signature: Signature): number {
    const key = JSON.stringify(signature);
    const found = this.types.findIndex((type) => JSON.stringify(type) === key);
    if (found >= 0) return found;
    this.types.push(signature);
    return this.types.length - 1;
  }

  /** The binary module (5.5). Memory 0 is imported as `env.memory`. */
  encode(): Uint8Array<ArrayBuffer> {
    const out = new ByteWriter();
    out.append(Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00));
    const section = (id: number, write: (content: ByteWriter) => void): void => {
      const content = new ByteWriter();
      write(content);
      out.byte(id).unsigned(content.length).append(content.finish());
    };
    section(1, (content) => {
      content.unsigned(this.types.length);
      for (const type of this.types) {
        content.byte(0x60).unsigned(type.parameters.length);
        for (const parameter of type.parameters) content.byte(parameter);
        content.unsigned(type.results.length);
        for (const result of type.results) content.byte(result);
      }
    });
    section(2, (content) => {
      content.unsigned(this.imports.length + 1);
      content.name('env').name('memory').byte(0x02).byte(0x00).unsigned(1);
      for (const entry of this.imports) {
        content.name(entry.module).name(entry.name).byte(0x00).unsigned(entry.type);
      }
    });
    section(3, (content) => {
      content.unsigned(this.functions.length);
      for (const entry of this.functions) content.unsigned(entry.type);
    });
    section(7, (content) => {
      content.unsigned(this.functions.length);
      this.functions.forEach((entry, index) => {
        content
          .name(entry.name)
          .byte(0x00)
          .unsigned(this.imports.length + index);
      });
    });
    section(10, (content) => {
      content.unsigned(this.functions.length);
      for (const entry of this.functions) content.append(entry.body.encode());
    });
    return out.finish();
  }
}
