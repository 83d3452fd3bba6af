import { describe, expect, it } from 'vitest';
import { formatDiagnostic, parseClang, SourceNames } from './diagnostic.js';

function names(): SourceNames {
  const known = new SourceNames('stride.c');
  known.addFile('/cache/work/w1/labs/03-stride/stride.c', 'stride.c', 'int a;\n\tint b = "x";\n');
  known.addFolder('/checkout/kernel/include', 'kernel/include/');
  return known;
}

describe('what clang says', () => {
  it('is told with the names that the student knows, and the line of the source', () => {
    const stderr = [
      '/cache/work/w1/labs/03-stride/stride.c:2:6: error: incompatible pointer to integer conversion',
      '/checkout/kernel/include/sched.h:12:7: note: declared here',
      '1 error generated.',
    ].join('\n');
    expect(parseClang(stderr, names())).toEqual([
      {
        severity: 'error',
        file: 'stride.c',
        line: 2,
        column: 6,
        message: 'incompatible pointer to integer conversion',
        excerpt: '\tint b = "x";',
        notes: [{ file: 'kernel/include/sched.h', line: 12, column: 7, message: 'declared here' }],
      },
    ]);
  });

  it('shows no path of the host, also inside a message', () => {
    const stderr =
      "/cache/work/w1/labs/03-stride/stride.c:1:1: error: see '/checkout/kernel/include/sched.h' and /home/teacher/secret.c";
    expect(parseClang(stderr, names())[0]?.message).toBe("see 'kernel/include/sched.h' and secret.c");
  });

  it('attributes a place that #line made up to the lab file, without a line', () => {
    expect(parseClang('/etc/passwd:3:4: warning: odd', names())).toEqual([
      { severity: 'warning', file: 'stride.c', message: 'odd' },
    ]);
  });

  it('keeps a fault without a place', () => {
    expect(parseClang('clang: error: unable to execute command: Killed', names())).toEqual([
      { severity: 'error', file: 'stride.c', message: 'unable to execute command: Killed' },
    ]);
  });

  it('cannot put control characters on a terminal', () => {
    const [diagnostic] = parseClang(
      '/cache/work/w1/labs/03-stride/stride.c:1:1: error: a\u001b[2Jb',
      names(),
    );
    expect(diagnostic?.message).toBe('a\ufffd[2Jb');
  });

  it('reads Windows paths', () => {
    const known = new SourceNames('stride.c');
    known.addFile('C:\\cache\\labs\\stride.c', 'stride.c', 'x');
    expect(parseClang('c:\\cache\\labs\\stride.c:1:1: error: bad', known)[0]).toMatchObject({
      file: 'stride.c',
      line: 1,
    });
  });
});

describe('a diagnostic for a person', () => {
  it('has place, sentence, source line and caret', () => {
    expect(
      formatDiagnostic({
        severity: 'error',
        file: 'stride.c',
        line: 2,
        column: 6,
        message: 'wrong type',
        excerpt: '\tint b = "x";',
        notes: [{ file: 'sched.h', line: 1, message: 'declared here' }],
      }),
    ).toBe(
      [
        'stride.c:2:6: error: wrong type',
        '  2 | \tint b = "x";',
        '    | \t    ^',
        '  sched.h:1: note: declared here',
      ].join('\n'),
    );
  });

  it('without a line is one line', () => {
    expect(formatDiagnostic({ severity: 'error', file: 'stride.c', message: 'is missing' })).toBe(
      'stride.c: error: is missing',
    );
  });
});
