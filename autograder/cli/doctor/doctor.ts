/** `hartlab doctor`: what is installed, what is missing, and what to do about it. */
import type { CommandIo } from '../command-io.js';
import { ExitStatus } from '../exit-status.js';
import { styleFor } from '../../report/text-style.js';
import { examine, type Finding } from './findings.js';

/** Reports the findings; fails when something is missing that HartLab cannot do without. */
export async function doctor(options: { json: boolean }, root: string, io: CommandIo): Promise<number> {
  const findings = await examine(root);
  io.stdout.write(options.json ? `${JSON.stringify({ findings }, null, 2)}\n` : describe(findings, io));
  return findings.some((f) => f.state === 'failed') ? ExitStatus.Failure : ExitStatus.Success;
}

function describe(findings: readonly Finding[], io: CommandIo): string {
  const style = styleFor(io.stdout, io.env);
  const mark = { ok: style.good('ok     '), absent: style.middling('absent '), failed: style.bad('FAILED ') };
  const width = Math.max(...findings.map((f) => f.title.length));
  const lines = findings.flatMap((finding) => [
    `${mark[finding.state]} ${finding.title.padEnd(width)}  ${finding.found}`,
    ...(finding.remedy === undefined
      ? []
      : [`${' '.repeat(width + 10)}${style.faint('→')} ${finding.remedy}`]),
  ]);
  const failed = findings.filter((f) => f.state === 'failed').length;
  const absent = findings.filter((f) => f.state === 'absent').length;
  const verdict =
    failed > 0
      ? style.bad(`${failed} of these must be mended before labs can be graded.`)
      : `Labs can be graded.${absent > 0 ? ' What is absent is optional.' : ''}`;
  return `${lines.join('\n')}\n\n${verdict}\n`;
}
