import { expect, it } from 'vitest';
import { PLAIN_STYLE } from '../report/text-style.js';
import { textTable } from './text-table.js';

it('aligns columns on the widest of heading, unit and cells', () => {
  const lines = textTable(
    [
      { heading: 'job', unit: '', align: 'left' },
      { heading: 'CPU', unit: 'ms', align: 'right' },
      { heading: 'n', unit: '', align: 'right' },
    ],
    [
      ['a', '1.00', '3'],
      ['longest', '12345.67', '–'],
    ],
    PLAIN_STYLE,
  );
  expect(lines).toEqual([
    'job           CPU  n',
    '               ms',
    'a            1.00  3',
    'longest  12345.67  –',
  ]);
});
