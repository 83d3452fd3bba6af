/** Names, paths and directories. */
import {
  Attribute,
  longEntries,
  LowerCase,
  packShortName,
  shortEntry,
  shortNameChecksum,
  unitsOf,
} from '../../../autograder/image/fat-names.js';
import type { SeededRandom } from '../../../autograder/image/seeded-random.js';
import { FatResult } from '../image-case.js';
import type { ImageCase } from '../image-case.js';
import { list, lookup, mount } from '../steps.js';
import type { ListedName } from '../steps.js';
import { readWhole, SampleVolume, SMALL16, SMALL32 } from './volume.js';

const { NO_FILE, NO_PATH } = FatResult;

/** Bytes of a short name with its dot. */
const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** Short and long names, right and wrong. */
export function oddNames(random: SeededRandom): ImageCase[] {
  return [shortNames(random), longNames(random), brokenLongNames(random)];
}

function shortNames(random: SeededRandom): ImageCase {
  const volume = new SampleVolume(SMALL16, random);
  const { writer } = volume;
  const none = { longName: null } as const;
  writer.addRawEntries('/', [
    shortEntry({ name: packShortName('LABEL'), attributes: Attribute.VolumeId, cluster: 0, size: 0 }),
  ]);
  const upper = volume.file('/UPPER.TXT', 100);
  volume.file('/lower.txt', 100, {
    ...none,
    shortName: packShortName('LOWER.TXT'),
    ntReserved: LowerCase.Name | LowerCase.Extension,
  });
  volume.file('/half.TXT', 100, {
    ...none,
    shortName: packShortName('HALF.TXT'),
    ntReserved: LowerCase.Name,
  });
  volume.file('/HALF2.txt', 100, {
    ...none,
    shortName: packShortName('HALF2.TXT'),
    ntReserved: LowerCase.Extension,
  });
  volume.file('/NODOT', 100, { ...none, shortName: packShortName('NODOT') });
  volume.file('/EIGHTCHR.EXT', 100);
  // 05 stands for E5, which would mean a deleted entry.
  volume.file('/e5', 200, { ...none, shortName: Uint8Array.of(0x05, ...bytesOf('IRST   TXT')) });
  // A deleted file, with all of its data.
  volume.file('/gone', 100, { ...none, shortName: Uint8Array.of(0xe5, ...bytesOf('ONE    TXT')) });
  volume.file('/code', 100, { ...none, shortName: Uint8Array.of(0x9a, ...bytesOf('BER    TXT')) });
  volume.file('/hidden', 100, {
    ...none,
    shortName: packShortName('HIDDEN.SYS'),
    attributes: Attribute.Hidden | Attribute.System | Attribute.ReadOnly,
  });
  const e5 = Uint8Array.of(0xe5, ...bytesOf('IRST.TXT'));
  const names: ListedName[] = [
    { name: 'UPPER.TXT' },
    { name: 'lower.txt' },
    { name: 'half.TXT' },
    { name: 'HALF2.txt' },
    { name: 'NODOT' },
    { name: 'EIGHTCHR.EXT' },
    { name: e5 },
    { name: Uint8Array.of(0x9a, ...bytesOf('BER.TXT')) },
    { name: 'HIDDEN.SYS' },
  ];
  return {
    title: 'short names',
    disk: volume.finish(),
    steps: [
      mount('/dev/vda'),
      list('/', names),
      lookup('/upper.txt'),
      lookup('/Lower.TXT'),
      lookup('/nodot'),
      lookup('/eightchr.ext'),
      lookup(Uint8Array.of(0x2f, ...e5)),
      lookup(Uint8Array.of(0x2f, 0x05, ...bytesOf('IRST.TXT')), NO_FILE),
      lookup('/LABEL', NO_FILE),
      lookup('/UPPER', NO_FILE),
      lookup('/UPPER.TX', NO_FILE),
      lookup('/UPPER.TXT1', NO_FILE),
      ...readWhole(upper),
    ],
  };
}

function longNames(random: SeededRandom): ImageCase {
  const volume = new SampleVolume(SMALL32, random);
  const word = random.letters(9);
  const texts = [
    `A long name about ${word}.text`,
    'thirteen unit', // fills its entry: neither NUL nor padding
    'exactly twenty-six letters', // two whole entries
    `ünïcödé ${word} – ß`,
    `smile \u{1f600} and ${word} \u{10348}`, // surrogate pairs
    `${word.slice(0, 5)} ends in a pair\u{1f40d}`,
    '.hidden',
    'two.dots.tar.gz',
    `${random.letters(240)}.long.name.txt`.padEnd(255, 'x').slice(0, 255),
    'lower.txt',
  ];
  const files = texts.map((text, i) => volume.file(`/${text}`, 50 + i));
  volume.file('/long alias name.text', 333);
  // The name of 255 units is listed only: with the mount point it is longer than a path may be.
  const pick = random.pick(files.filter(({ path }) => path.length < 100));
  const emoji = files[4];
  return {
    title: 'long names',
    disk: volume.finish(),
    steps: [
      mount('/dev/vda'),
      list(
        '/',
        [...texts, 'long alias name.text'].map((name) => ({ name })),
      ),
      ...readWhole(pick),
      ...(emoji === undefined ? [] : readWhole(emoji)),
      lookup('/LONG ALIAS NAME.TEXT'),
      lookup(`/A LONG NAME ABOUT ${word.toUpperCase()}.TEXT`),
      lookup(`/A long name about ${word}`, NO_FILE),
      lookup(`/A long name about ${word}.text.`, NO_FILE),
      lookup('/ALONGN~1.TEX'),
      lookup('/alongn~1.tex'),
    ],
  };
}

function brokenLongNames(random: SeededRandom): ImageCase {
  const volume = new SampleVolume(SMALL16, random);
  const { writer } = volume;
  const names: ListedName[] = [];
  let index = 0;
  /** Adds long entries and a short one; what the file is then called. */
  const add = (pieces: readonly Uint8Array[], expected?: string): void => {
    const short = `FILE${String(index++).padStart(3, '0')}.TXT`;
    const entry = shortEntry({
      name: packShortName(short),
      attributes: Attribute.Archive,
      cluster: 0,
      size: 0,
    });
    writer.addRawEntries('/', [...pieces, entry]);
    names.push({ name: expected ?? short });
  };
  const piecesOf = (text: string | readonly number[], beside = 0): Uint8Array[] => {
    const sum = shortNameChecksum(packShortName(`FILE${String(index).padStart(3, '0')}.TXT`));
    return longEntries(typeof text === 'string' ? unitsOf(text) : text, (sum + beside) & 0xff);
  };
  const text = `a long name in three pieces ${random.letters(6)}`;
  const changed = (pieces: Uint8Array[], which: number, offset: number, value: number): Uint8Array[] => {
    const entry = pieces[which];
    if (entry !== undefined) entry[offset] = value;
    return pieces;
  };
  add(piecesOf(text), text);
  add(piecesOf(text, random.between(1, 255))); // somebody else's checksum
  add(changed(piecesOf(text), 1, 13, (piecesOf(text)[1]?.[13] ?? 0) ^ 0x10)); // the checksum of one piece
  add(piecesOf(text).slice(1)); // the last piece is missing
  add(piecesOf(text).slice(0, -1)); // the first piece is missing
  add([...piecesOf(text)].reverse()); // in the wrong order
  add(changed(piecesOf(text), 1, 0, 1)); // piece 1 twice, 2 never
  const deleted = Uint8Array.from(piecesOf(text)[1] ?? []);
  deleted[0] = 0xe5;
  add([...piecesOf(text).slice(0, 1), deleted, ...piecesOf(text).slice(1)]); // a deleted entry in between
  const other = longEntries(unitsOf('an orphan of a file that went'), 0x12);
  add([...other, ...piecesOf(text)], text); // an orphan before a name that is right
  add(piecesOf([0x61, 0xd83d, 0x62])); // half a surrogate pair
  add(piecesOf([0x61, 0xde00])); // the other half
  add(piecesOf([0x61, 0x62, 0xd83d])); // half a pair at the end
  add(piecesOf(Array.from({ length: 256 }, () => 0x61))); // 256 units
  add(piecesOf(Array.from({ length: 200 }, () => 0x4e2d))); // 600 bytes of UTF-8
  add(changed(piecesOf('x'), 0, 0, 0x40)); // piece 0
  add(changed(piecesOf('x'), 0, 0, 0x40 | 21)); // piece 21
  writer.addRawEntries('/', piecesOf(text)); // and nothing behind
  return {
    title: 'long names that are broken: the short name counts',
    disk: volume.finish(),
    steps: [mount('/dev/vda'), list('/', names), lookup(`/${text}`), lookup('/file003.txt')],
  };
}

/** Deep paths, and what is missing on the way. */
export function paths(random: SeededRandom): ImageCase[] {
  const on = (title: string, shape: typeof SMALL16): ImageCase => {
    const volume = new SampleVolume(shape, random);
    const parts = Array.from({ length: 12 }, (_, i) =>
      i % 3 === 0 ? `D${i}` : `folder ${i} ${random.letters(3)}`,
    );
    let path = '';
    for (const part of parts) {
      path += `/${part}`;
      volume.writer.addFolder(path, { allocation: 'scattered' });
      volume.file(`${path}/F.TXT`, 30);
    }
    const deep = volume.file(`${path}/the end.bin`, 1700, { allocation: 'scattered' });
    const file = volume.file('/PLAIN.TXT', 10);
    const [first = '', second = ''] = parts;
    const absent = random.letters(8).toUpperCase();
    return {
      title,
      disk: volume.finish(),
      steps: [
        mount('/dev/vda'),
        ...readWhole(deep),
        list(path, [{ name: 'F.TXT' }, { name: 'the end.bin' }]),
        lookup('/'),
        lookup(`/${first}/${second}`),
        lookup(`/${absent}`, NO_FILE),
        lookup(`/${first}/${absent}`, NO_FILE),
        lookup(`${path}/${absent}`, NO_FILE),
        lookup(`/${absent}/${absent}`, NO_PATH),
        lookup(`/${first}/${absent}/F.TXT`, NO_PATH),
        lookup(`${file.path}/F.TXT`, NO_PATH),
        lookup(`/${first}/F.TXT/F.TXT`, NO_PATH),
        lookup('/D', NO_FILE),
        lookup(`/${first}x`, NO_FILE),
      ],
    };
  };
  const ghost = new SampleVolume(SMALL16, random);
  ghost.writer.addFolder('/DIR');
  ghost.file('/DIR/IN.TXT', 5);
  ghost.writer.bytes[ghost.writer.entryAt('/DIR')] = 0xe5;
  return [
    on('FAT16, twelve directories deep', SMALL16),
    on('FAT32, twelve directories deep', SMALL32),
    {
      title: 'a directory that was deleted',
      disk: ghost.finish(),
      steps: [mount('/dev/vda'), list('/', []), lookup('/DIR', NO_FILE), lookup('/DIR/IN.TXT', NO_PATH)],
    },
  ];
}

/** Directories of all lengths, and where they end. */
export function directories(random: SeededRandom): ImageCase[] {
  const many = (
    title: string,
    shape: typeof SMALL16,
    folder: string,
    count: number,
    long: boolean,
  ): ImageCase => {
    const volume = new SampleVolume(shape, random);
    const names = Array.from({ length: count }, (_, i) =>
      long ? `entry number ${i} of ${count}` : `E${String(i).padStart(5, '0')}.${i % 7}`,
    );
    const base = folder === '/' ? '' : folder;
    // What comes behind the root directory of FAT16 looks like more of it.
    const stale = shortEntry({
      name: packShortName('STALE.TXT'),
      attributes: Attribute.Archive,
      cluster: 3,
      size: 9,
    });
    if (volume.writer.bits === 16) {
      const [next = 2] = volume.writer.allocate(1, [2]);
      for (let i = 0; i < 16; i++) volume.writer.bytes.set(stale, volume.writer.clusterAt(next) + 32 * i);
    }
    if (folder !== '/') volume.writer.addFolder(folder);
    for (const name of names) volume.writer.addFile(`${base}/${name}`, new Uint8Array(0));
    const last = names.at(-1) ?? '';
    return {
      title,
      disk: volume.finish(),
      steps: [
        mount('/dev/vda'),
        list(
          folder,
          names.map((name) => ({ name })),
        ),
        lookup(`${base}/${last}`),
        lookup(`${base}/${random.letters(8).toUpperCase()}`, NO_FILE),
      ],
    };
  };
  return [
    many(
      'the root of FAT16, full to the last entry: none begins with 00',
      { ...SMALL16, rootEntries: 64 },
      '/',
      64,
      false,
    ),
    many('the root of FAT32, of many clusters', SMALL32, '/', 200, false),
    many('a directory of exactly four clusters: its chain ends it', SMALL16, '/DIR', 62, false),
    many('long names in clusters all over the disk', SMALL16, '/LONG', 90, true),
    afterTheEnd(random),
    mixed(random),
  ];
}

/** What is behind an entry that begins with 00 is no entry, whatever it looks like. */
function afterTheEnd(random: SeededRandom): ImageCase {
  const volume = new SampleVolume(SMALL16, random);
  volume.writer.addFolder('/DIR');
  volume.file('/DIR/HERE.TXT', 5);
  const end = new Uint8Array(32);
  const stale = shortEntry({
    name: packShortName('STALE.TXT'),
    attributes: Attribute.Archive,
    cluster: 5,
    size: 9,
  });
  volume.writer.addRawEntries('/DIR', [end, stale, stale]);
  volume.writer.addFolder('/EMPTY');
  return {
    title: 'entries behind the end',
    disk: volume.finish(),
    steps: [
      mount('/dev/vda'),
      list('/DIR', [{ name: 'HERE.TXT' }]),
      list('/EMPTY', []),
      lookup('/DIR/STALE.TXT', NO_FILE),
    ],
  };
}

function mixed(random: SeededRandom): ImageCase {
  const volume = new SampleVolume(SMALL32, random);
  const { writer } = volume;
  const names: ListedName[] = [];
  for (let i = 0; i < 40; i++) {
    const name = `${random.letters(4).toUpperCase()}${i}`;
    const kind = random.below(4);
    if (kind === 0) {
      writer.addFolder(`/${name}`);
      names.push({ name, folder: true });
    } else if (kind === 1) {
      writer.addFile(`/${name}`, random.bytes(20));
      writer.bytes[writer.entryAt(`/${name}`)] = 0xe5;
    } else {
      volume.file(`/${name}`, 20);
      names.push({ name });
    }
  }
  return {
    title: 'files, directories and deleted entries in turn',
    disk: volume.finish(),
    steps: [mount('/dev/vda'), list('/', names)],
  };
}
