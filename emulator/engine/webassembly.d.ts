/**
 * The part of the WebAssembly JavaScript API that the engines use. Declared here because TypeScript ships it only
 * with the DOM library, whose other names do not exist everywhere the emulator runs.
 */
declare namespace WebAssembly {
  /** A compiled module; opaque. */
  interface Module {
    readonly [Symbol.toStringTag]: 'WebAssembly.Module';
  }
  interface Instance {
    readonly exports: Readonly<Record<string, unknown>>;
  }
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number });
    readonly buffer: ArrayBuffer;
  }
  function compile(bytes: Uint8Array<ArrayBuffer>): Promise<Module>;
  function instantiate(module: Module, imports: Record<string, Record<string, unknown>>): Promise<Instance>;
  function validate(bytes: Uint8Array<ArrayBuffer>): boolean;
}
