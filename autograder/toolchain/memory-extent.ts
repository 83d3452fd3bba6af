/**
 * Bytes from the lowest to the highest address that a linked ELF64 executable occupies in memory: the span of its
 * PT_LOAD segments, zero-filled parts included (System V ABI, "Program Header").
 * @param elf as the linker wrote it
 */
export function memoryExtent(elf: Uint8Array): number {
  const view = new DataView(elf.buffer, elf.byteOffset, elf.byteLength);
  const PT_LOAD = 1;
  const tableOffset = Number(view.getBigUint64(0x20, true));
  const entrySize = view.getUint16(0x36, true);
  const count = view.getUint16(0x38, true);
  let lowest: bigint | null = null;
  let highest = 0n;
  for (let i = 0; i < count; i++) {
    const header = tableOffset + i * entrySize;
    if (view.getUint32(header, true) !== PT_LOAD) continue;
    const address = view.getBigUint64(header + 0x18, true);
    const end = address + view.getBigUint64(header + 0x28, true);
    if (lowest === null || address < lowest) lowest = address;
    if (end > highest) highest = end;
  }
  return lowest === null ? 0 : Number(highest - lowest);
}
