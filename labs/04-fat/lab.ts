import type { Check, LabDefinition, Scenario } from '../../autograder/lab/definition.js';
import type { Evidence, Finding } from '../../autograder/lab/evidence.js';
import { effortOfReading, imagesRight, nothingOutside } from './checks.js';
import type { ContractName } from './image-case.js';
import * as scenarios from './scenarios.js';

interface Worth {
  readonly id: string;
  readonly title: string;
  readonly points: number;
  readonly function: ContractName;
  readonly scenario: Scenario;
  readonly evaluate: (evidence: Evidence) => Finding;
}

/** Of what a disk is worth where the check is about fat_mount(): no file can be read yet. */
const FOR_MOUNTING = 0.5;

const table: readonly Worth[] = [
  {
    id: 'blank-disk',
    title: 'A disk without a file system: FR_NO_FILESYSTEM (13)',
    points: 4,
    function: 'fat_mount',
    scenario: scenarios.blank,
    evaluate: imagesRight('a volume is mounted, and what is none is FR_NO_FILESYSTEM', FOR_MOUNTING),
  },
  {
    id: 'partitions',
    title: 'The volume is the disk, or in a partition of its master boot record',
    points: 7,
    function: 'fat_mount',
    scenario: scenarios.volumes,
    evaluate: imagesRight('the volume is found where rule 1 says, and nowhere else', FOR_MOUNTING),
  },
  {
    id: 'logical-partitions',
    title: 'Logical partitions, and chains of records that are damaged',
    points: 4,
    function: 'fat_mount',
    scenario: scenarios.logical,
    evaluate: imagesRight('logical partitions are found and numbered as rule 1 says', FOR_MOUNTING),
  },
  {
    id: 'fat-type',
    title: 'The number of clusters decides: FAT12 is refused, FAT16 and FAT32 are read',
    points: 7,
    function: 'fat_mount',
    scenario: scenarios.types,
    evaluate: imagesRight('below 4085 clusters FAT12, below 65525 FAT16, else FAT32', FOR_MOUNTING),
  },
  {
    id: 'geometry',
    title: 'Sectors of 512 to 4096 bytes, clusters of 512 to 65536, one FAT to three',
    points: 7,
    function: 'fat_mount',
    scenario: scenarios.geometry,
    evaluate: imagesRight('every place on the disk follows from the boot sector', FOR_MOUNTING),
  },
  {
    id: 'boot-sector',
    title: 'A boot sector with one wrong field is refused',
    points: 5,
    function: 'fat_mount',
    scenario: scenarios.bootSectors,
    evaluate: imagesRight(
      'volumes are mounted as they were made, and refused with one field wrong',
      FOR_MOUNTING,
    ),
  },
  {
    id: 'reads-at-odd-offsets',
    title: 'Reads that begin and end anywhere',
    points: 8,
    function: 'fat_read',
    scenario: scenarios.reads,
    evaluate: imagesRight('a read delivers what the file has there'),
  },
  {
    id: 'fragmented-files',
    title: 'Files in pieces, all over the disk',
    points: 7,
    function: 'fat_read',
    scenario: scenarios.fragments,
    evaluate: imagesRight('a file is what its chain says'),
  },
  {
    id: 'ends-of-chains',
    title: 'All values that end a chain; the upper four bits of FAT32 do not count',
    points: 5,
    function: 'fat_read',
    scenario: scenarios.chainEnds,
    evaluate: imagesRight('FFF8 to FFFF and 0FFFFFF8 to 0FFFFFFF end a chain'),
  },
  {
    id: 'names',
    title: 'Short names, long names, and long names that are broken',
    points: 8,
    function: 'fat_read_dirent',
    scenario: scenarios.names,
    evaluate: imagesRight('rule 8 says what a file is called'),
  },
  {
    id: 'paths',
    title: 'Deep paths; a missing file is not a missing path',
    points: 7,
    function: 'fat_lookup',
    scenario: scenarios.pathWalk,
    evaluate: imagesRight('paths lead where they should: FR_OK, FR_NO_FILE, FR_NO_PATH'),
  },
  {
    id: 'directories',
    title: 'Directories of all lengths, up to their end and not beyond',
    points: 5,
    function: 'fat_read_dirent',
    scenario: scenarios.listing,
    evaluate: imagesRight('a directory has its entries, in their order'),
  },
  {
    id: 'damaged-chains',
    title: 'Loops, free and bad clusters, sizes that lie: FR_INT_ERR, never a hang',
    points: 8,
    function: 'fat_read',
    scenario: scenarios.damage,
    evaluate: imagesRight('what is damaged is FR_INT_ERR, and what is not can be read'),
  },
  {
    id: 'inside-the-volume',
    title: 'Nothing outside of the volume is read',
    points: 3,
    function: 'fat_read',
    scenario: scenarios.inside,
    evaluate: nothingOutside,
  },
  {
    id: 'free-space',
    title: 'FSInfo is believed when it can be true',
    points: 4,
    function: 'fat_mount',
    scenario: scenarios.freeSpace,
    evaluate: imagesRight('free_clusters and next_free are what rule 6 says'),
  },
  {
    id: 'backup-boot-sector',
    title: 'FAT32 without its boot sector is mounted by the copy in sector 6',
    points: 4,
    function: 'fat_mount',
    scenario: scenarios.backup,
    evaluate: imagesRight('the copy counts where rule 5 says', FOR_MOUNTING),
  },
  {
    id: 'volume-state',
    title: 'How the volume was left: dirty, hard_errors',
    points: 3,
    function: 'fat_mount',
    scenario: scenarios.state,
    evaluate: imagesRight('entry 1 of the FAT is what rule 7 says', FOR_MOUNTING),
  },
  {
    id: 'effort',
    title: 'A long file in small reads does not begin from the start each time',
    points: 4,
    function: 'fat_read',
    scenario: scenarios.effort,
    evaluate: effortOfReading,
  },
];

const lab: LabDefinition = {
  id: '04-fat',
  title: 'FAT volumes',
  files: ['mbr.c', 'fat_mount.c', 'fat_chain.c', 'fat_dir.c', 'fat_read.c'],
  header: 'kernel/include/fat.h',
  scenarios: table.map(({ scenario }) => scenario),
  checks: table.map(({ function: name, scenario, ...check }): Check => {
    // What was read before the kernel panicked or stood still counts.
    return { ...check, scenario: scenario.id, contract: { function: name }, judges: 'any' };
  }),
};

export default lab;
