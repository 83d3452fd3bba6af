import { describe, expect, it } from 'vitest';
import path from 'node:path';
import { repositoryRoot } from '../toolchain/index.js';
import { UsageError } from './exit-status.js';
import { studentLab } from './student-lab.js';

const root = repositoryRoot();

describe('--lab and --dir', () => {
  it('mean the folder in labs/ unless another is named', () => {
    expect(studentLab({}, root)).toBeUndefined();
    expect(studentLab({ lab: '03' }, root)).toEqual({
      name: '03-stride',
      folder: path.join(root, 'labs', '03-stride'),
    });
    expect(studentLab({ lab: '03', dir: root }, root)).toEqual({ name: '03-stride', folder: root });
  });

  it('are refused where they make no sense', () => {
    const refused = (options: Parameters<typeof studentLab>[0], message: RegExp): void => {
      expect(() => studentLab(options, root)).toThrow(UsageError);
      expect(() => studentLab(options, root)).toThrow(message);
    };
    refused({ dir: 'mine' }, /--dir mine: --lab must say/);
    refused({ lab: '03', dir: '/no/such/folder' }, /--dir \/no\/such\/folder: no such folder/);
    refused({ lab: '03', dir: path.join(root, 'package.json') }, /is a file/);
  });
});
