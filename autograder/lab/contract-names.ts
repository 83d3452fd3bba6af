/** Names in C sources, as far as a lab definition refers to them: read from the text, before anything is built. */
import fs from 'node:fs';
import path from 'node:path';

/** A struct of function pointers, such as `struct sched_policy`. */
export interface FunctionTable {
  /** `sched_policy`. */
  readonly struct: string;
  /** By name of a function pointer: its offset in bytes, where all fields ahead of it are pointers too. */
  readonly fields: ReadonlyMap<string, number | undefined>;
}

/** What a lab's header declares. */
export class ContractHeader {
  private readonly code: string;
  readonly tables: readonly FunctionTable[];

  /** @param text of the header */
  constructor(text: string) {
    this.code = withoutComments(text);
    this.tables = [...this.code.matchAll(/\bstruct\s+(\w+)\s*\{([^{}]*)\}/g)].map(
      ([, struct = '', body = '']): FunctionTable => ({ struct, fields: pointersOf(body) }),
    );
  }

  /** Functions by name, in the order in which they are declared. */
  functions(): string[] {
    const declarations = this.code.replace(/^\s*#(?:\\\n|.)*$/gm, ' ').replace(/\{[^{}]*\}/g, ' ');
    const names = [...declarations.matchAll(/\b([A-Za-z]\w*)\s*\(/g)].map(([, name = '']) => name);
    return [...new Set(names)].filter((name) => !/^(?:bool|void|int|long|char|unsigned|\w+_t)$/.test(name));
  }

  mentions(name: string): boolean {
    return wordsOf(this.code).has(name);
  }
}

const POINTER = 8;

function pointersOf(body: string): Map<string, number | undefined> {
  const fields = new Map<string, number | undefined>();
  let offset: number | undefined = 0;
  for (const member of body.split(';').filter((each) => each.trim() !== '')) {
    const name = /\(\s*\*\s*(\w+)\s*\)\s*\(/.exec(member)?.[1];
    if (name !== undefined) fields.set(name, offset);
    const isPointer = name !== undefined || /\*\s*(?:const\s+)?\w+\s*$/.test(member);
    offset = isPointer && offset !== undefined ? offset + POINTER : undefined;
  }
  return fields;
}

/** Every identifier in the C and assembly files of a folder and those in it. */
export function namesInSources(folder: string): Set<string> {
  const names = new Set<string>();
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) for (const name of namesInSources(file)) names.add(name);
    else if (entry.isFile() && /\.[chS]$/.test(entry.name)) {
      for (const name of wordsOf(withoutComments(fs.readFileSync(file, 'utf8')))) names.add(name);
    }
  }
  return names;
}

function wordsOf(code: string): Set<string> {
  return new Set(code.match(/[A-Za-z_]\w*/g) ?? []);
}

function withoutComments(text: string): string {
  return text.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"/g, ' ');
}
