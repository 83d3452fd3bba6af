/**
 * How the reference of lab 04 bears damaged disks: as many as one likes, of four kinds, each kind in one boot.
 *
 *     npm run build && node dist/bench/damaged-disks.js [images] [seed]
 *
 * 10 000 images unless told. Exit status 1 if a step did not end in time, the kernel did not stay up, or a request lay
 * beyond the disk or outside of a volume whose place was known.
 */
import { buildKernel, buildPrograms } from '../autograder/toolchain/index.js';
import { DAMAGE_KINDS, runDamagedDisks, titleOfKind } from '../labs/04-fat/damaged-disks.js';

const [images = 10_000, seed = 0] = process.argv.slice(2).map(Number);
if (!Number.isInteger(images) || images < DAMAGE_KINDS.length || !Number.isInteger(seed)) {
  process.stderr.write(`damaged-disks: [images] [seed]: at least ${DAMAGE_KINDS.length} images\n`);
  process.exit(2);
}
const kernel = await buildKernel();
if (!kernel.ok) throw new Error('the reference does not build');
const programs = await buildPrograms();
const each = Math.ceil(images / DAMAGE_KINDS.length);
let faults = 0;
for (const kind of DAMAGE_KINDS) {
  const began = performance.now();
  const run = await runDamagedDisks(kind, each, seed, { kernel: kernel.kernel, programs });
  const seconds = (performance.now() - began) / 1000;
  const { mounted, contradictions, requests, longest, guestTime, instructions } = run;
  faults += run.faults.length;
  process.stdout.write(
    [
      `${titleOfKind(kind)}: ${run.images} images, ${mounted} mounted, ${contradictions} of them contradict themselves`,
      `  ${requests} requests of the disk, longest step ${(longest * 1000).toFixed(1)} ms of guest time`,
      `  ${guestTime.toFixed(1)} guest seconds, ${(instructions / 1e9).toFixed(2)}e9 instructions, ${seconds.toFixed(1)} s`,
      ...[...run.results].sort().map(([result, count]) => `  ${String(count).padStart(9)}  ${result}`),
      ...run.faults.map((fault) => `  FAULT: ${fault}`),
      '',
    ].join('\n'),
  );
}
process.stdout.write(`${each * DAMAGE_KINDS.length} images, ${faults} faults\n`);
process.exitCode = faults === 0 ? 0 : 1;
