/** `npm run truth`: whether the labs' grades are right. */
import fs from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import type { CommandIo } from '../cli/command-io.js';
import { ExitStatus, UsageError } from '../cli/exit-status.js';
import { didYouMean, integer } from '../cli/option-values.js';
import { progressOn } from '../cli/progress.js';
import type { Progress } from '../cli/progress.js';
import { writeResult } from '../grade/result-files.js';
import { definedLabs, loadLab } from '../lab/load.js';
import { styleFor } from '../report/text-style.js';
import { hasCorpus, loadCorpus } from './corpus.js';
import type { Corpus } from './corpus.js';
import { labTruth } from './lab-truth.js';
import { formatSummary, formatTruth } from './terminal.js';
import { truthReport } from './truth-report.js';
import type { TruthReport } from './truth-report.js';

interface Options {
  readonly seeds: number;
  readonly mutantSeeds: number;
  readonly mutantsOnly?: true;
  readonly only?: readonly string[];
  readonly threads?: number;
  readonly extract?: string;
  readonly json?: string;
}

const DEFAULT_SEEDS = 50;
const DEFAULT_MUTANT_SEEDS = 5;
const MAX_SEEDS = 10_000;

/** The command line of `npm run truth`. */
export function truthCommand(root: string, io: CommandIo, finish: (status: number) => void): Command {
  return new Command('npm run truth --')
    .description(
      'Grade kernels of which it is known what they deserve, and say whether they get it: the reference, correct\n' +
        'alternatives, mutants with one fault each, the stub, and kernels that do not run.',
    )
    .argument('[lab...]', 'labs (03-stride, or 03); all of them by default')
    .option(
      '--seeds <K>',
      'schedules for the reference, alternatives and races',
      integer(1, MAX_SEEDS),
      DEFAULT_SEEDS,
    )
    .option('--mutant-seeds <K>', 'schedules for other mutants', integer(1, MAX_SEEDS), DEFAULT_MUTANT_SEEDS)
    .option('--mutants-only', 'grade nothing but mutants')
    .option('--only <name...>', 'grade nothing but these kernels: a mutant, an alternative, reference, stub')
    .option('--threads <N>', 'runs at a time; by default one a core', integer(1, 256))
    .option(
      '--extract <folder>',
      'write the files of every kernel to FOLDER, to grade them by hand; grade nothing',
    )
    .option('--json <file>', 'write the results as JSON; - is standard output')
    .addHelpText(
      'after',
      '\nMutants are graded by all checks with seed 0, and with further seeds by those that are to catch them.\n' +
        'A run takes 0.2 to 0.4 s of a core: 50 seeds of lab 03 are 3900 runs.\n' +
        'Exit status: 0 if all of it holds, 1 if not, 2 for wrong use or a mistake in a lab, 3 for a fault of ours.',
    )
    .showHelpAfterError('(--help lists what there is)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text.replace(/^error: /, 'truth: ')),
    })
    .action(async (labs: string[], options: Options) => {
      finish(await truth(labs, options, root, io));
    });
}

async function truth(
  names: readonly string[],
  options: Options,
  root: string,
  io: CommandIo,
): Promise<number> {
  const wanted = names.length > 0 ? names : definedLabs(root);
  const loaded = await Promise.all(wanted.map((name) => loadLab(root, name)));
  const labs = loaded.map(({ lab, module }) => {
    if (!hasCorpus(root, lab)) throw new UsageError(`${lab.id}: there is no solutions/${lab.id} to grade`);
    return { lab, module, corpus: loadCorpus(root, lab) };
  });
  mustKnow(
    options.only ?? [],
    labs.map(({ corpus }) => corpus),
  );
  if (options.extract !== undefined) {
    for (const { lab, corpus } of labs) extract(path.join(options.extract, lab.id), corpus);
    return ExitStatus.Success;
  }
  const output = options.json === '-' ? io.stderr : io.stdout;
  const style = styleFor(output, io.env);
  const width = output.columns as number | undefined;
  const progress = progressOn(io.stderr);
  const reports: TruthReport[] = [];
  for (const { lab, module, corpus } of labs) {
    const result = await labTruth(lab, corpus, {
      root,
      module,
      seeds: options.seeds,
      mutantSeeds: Math.min(options.mutantSeeds, options.seeds),
      ...(options.threads !== undefined && { threads: options.threads }),
      select: {
        mutantsOnly: options.mutantsOnly === true,
        ...(options.only && { names: options.only }),
      },
      onProgress: showOn(progress, lab.id),
    });
    progress.clear();
    const report = truthReport(result);
    reports.push(report);
    output.write(
      `${reports.length > 1 ? '\n' : ''}${formatTruth(report, { style, ...(width && { width }) })}`,
    );
  }
  if (reports.length > 1) output.write(`\n${formatSummary(reports, style)}`);
  if (options.json !== undefined) {
    writeResult('--json', options.json, `${JSON.stringify(reports, null, 2)}\n`, io);
  }
  return reports.every(({ holds }) => holds) ? ExitStatus.Success : ExitStatus.Failure;
}

/** Runs done, and what is left at the pace so far. */
function showOn(progress: Progress, lab: string): (done: number, total: number) => void {
  const begun = performance.now();
  return (done, total) => {
    const left = done < 20 ? undefined : ((performance.now() - begun) / done) * (total - done);
    const estimate = left === undefined ? '' : `, about ${duration(left)} left`;
    progress.show(`${lab}: ${done} of ${total} runs${estimate}`);
  };
}

function duration(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

function mustKnow(names: readonly string[], corpora: readonly Corpus[]): void {
  const known = [
    'reference',
    'stub',
    ...corpora
      .flatMap(({ mutants, alternatives, bad }) => [...mutants, ...alternatives, ...bad])
      .map(({ name }) => name),
  ];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`--only ${unknown}: no such kernel.${didYouMean(unknown, known)}`);
  }
}

/** Folders that `hartlab grade LAB FOLDER` takes. */
function extract(folder: string, { reference, mutants, alternatives, bad }: Corpus): void {
  const kernels = [
    { name: 'reference', files: reference },
    ...mutants.map(({ name, files }) => ({ name: `mutants/${name}`, files })),
    ...alternatives.map(({ name, files }) => ({ name: `alternatives/${name}`, files })),
    ...bad.map(({ name, files }) => ({ name: `bad/${name}`, files })),
  ];
  for (const { name, files } of kernels) {
    fs.mkdirSync(path.join(folder, name), { recursive: true });
    for (const [file, text] of files) fs.writeFileSync(path.join(folder, name, file), text);
  }
}
