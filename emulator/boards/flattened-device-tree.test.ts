import { describe, expect, it } from 'vitest';
import { BadImageError } from '../bad-image.js';
import {
  cells,
  decodeDeviceTree,
  encodeDeviceTree,
  findNode,
  node,
  strings,
  type DeviceTreeNode,
} from './flattened-device-tree.js';

const tree = node('', { '#address-cells': 2, model: 'test' }, [
  node('chosen', { bootargs: 'a=1 b', empty: true }),
  node('soc', { compatible: ['one', 'two'], reg: [0n, 1, 0x1_0000_0000n] }, [
    node('leaf@0', { raw: Uint8Array.of(1, 2, 3) }),
    node('leaf@1', { reg: 1 }),
  ]),
]);

/** A well-formed DTB with one 32-bit word replaced. */
function damaged(offset: number, value: number): Uint8Array {
  const bytes = encodeDeviceTree(tree);
  new DataView(bytes.buffer).setUint32(offset, value);
  return bytes;
}

const structureOffset = 56;

describe('encoding', () => {
  it('comes back from decoding as it was', () => {
    expect(decodeDeviceTree(encodeDeviceTree(tree))).toEqual(tree);
  });

  it('has the header of version 17, compatible with 16 (5.2)', () => {
    const bytes = encodeDeviceTree(tree, 3);
    const header = new DataView(bytes.buffer);
    expect(header.getUint32(0)).toBe(0xd00d_feed);
    expect(header.getUint32(4)).toBe(bytes.length);
    expect([header.getUint32(20), header.getUint32(24), header.getUint32(28)]).toEqual([17, 16, 3]);
  });

  it('ends the memory reservation block with a zero entry (5.3.2)', () => {
    const bytes = encodeDeviceTree(tree);
    const reservations = new DataView(bytes.buffer).getUint32(16);
    expect(reservations % 8).toBe(0);
    expect([...bytes.subarray(reservations, reservations + 16)]).toEqual(new Array(16).fill(0));
  });

  it('stores a property name once', () => {
    const many = node(
      '',
      {},
      [1, 2, 3].map((id) => node(`n@${id}`, { 'a-long-property-name': id })),
    );
    expect(new DataView(encodeDeviceTree(many).buffer).getUint32(32)).toBe('a-long-property-name'.length + 1);
  });
});

describe('access', () => {
  it('reads cells and strings of a node found by path', () => {
    const soc = findNode(tree, '/soc')!;
    expect(cells(soc, 'reg')).toEqual([0, 0, 1, 1, 0]);
    expect(strings(soc, 'compatible')).toEqual(['one', 'two']);
    expect(findNode(tree, '/soc/leaf@1')?.name).toBe('leaf@1');
    expect(findNode(tree, '/')).toBe(tree);
  });

  it('finds nothing where there is nothing', () => {
    expect(findNode(tree, '/soc/none/leaf@1')).toBeUndefined();
    expect(cells(tree, 'none')).toEqual([]);
    expect(strings(tree, 'none')).toEqual([]);
  });
});

describe('decoding', () => {
  it('skips FDT_NOP', () => {
    const bytes = encodeDeviceTree(node('', {}, [node('a', { x: 1 })]));
    const view = new DataView(bytes.buffer);
    // The property of `a` (token, length, name offset, value) becomes four NOPs.
    const property = structureOffset + 8 + 8;
    for (let word = 0; word < 4; word++) view.setUint32(property + 4 * word, 4);
    expect(decodeDeviceTree(bytes).children[0]?.properties.size).toBe(0);
  });

  it.each<[string, Uint8Array, string]>([
    ['too short for a header', new Uint8Array(39), 'header'],
    ['of another magic', damaged(0, 0x1234), 'magic'],
    ['shorter than it says', encodeDeviceTree(tree).subarray(0, 100), 'totalsize'],
    ['of an old version', damaged(20, 16), 'version'],
    ['incompatible', damaged(24, 18), 'last_comp_version'],
    ['with a structure block outside', damaged(8, 0x10_0000), 'off_dt_struct'],
    ['with a structure block too long', damaged(36, 0x10_0000), 'off_dt_struct'],
    ['with a strings block outside', damaged(12, 4), 'off_dt_strings'],
    ['without a root', damaged(structureOffset, 3), 'structure block'],
    ['that closes what is not open', damaged(structureOffset, 2), 'structure block'],
    ['with an unknown token', damaged(structureOffset, 7), 'structure block'],
    ['with a property name outside', damaged(structureOffset + 16, 0x1000), 'property name'],
    ['with a property too long', damaged(structureOffset + 12, 0x1_0000), 'structure block'],
    ['that ends too early', damaged(36, 8), 'structure block'],
  ])('rejects a tree %s', (_, bytes, field) => {
    let caught: unknown;
    try {
      decodeDeviceTree(bytes, 'x.dtb');
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(BadImageError);
    expect(caught).toMatchObject({ file: 'x.dtb', field });
  });

  it('takes any damage to a byte without anything worse than a BadImageError', () => {
    const bytes = encodeDeviceTree(tree);
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [0, 1, 0x7f, 0xff]) {
        const copy = bytes.slice();
        copy[at] = value;
        let decoded: DeviceTreeNode | undefined;
        try {
          decoded = decodeDeviceTree(copy);
        } catch (error) {
          expect(error).toBeInstanceOf(BadImageError);
          continue;
        }
        expect(decoded.children.length).toBeLessThan(8);
      }
    }
  });
});
