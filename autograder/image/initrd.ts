/**
 * The initial RAM disk: a cpio archive in the "newc" format (Linux, Documentation/driver-api/early-userspace/
 * buffer-format.rst). The same files give the same bytes.
 */
import { ImageError } from './image-error.js';
import type { ImageFile } from './root-image.js';

const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const ALIGNMENT = 4;
/** What loaders expect an archive to be a multiple of. */
const BLOCK = 512;
/** The kernel's limit for a component of a path and for a file in memory (kernel/fs/tmpfs.c). */
const NAME_LIMIT = 63;
const FILE_LIMIT = 2 << 20;

/** Folders that a kernel mounts something on. */
const MOUNT_POINTS = ['/dev', '/tmp', '/mnt'];

/**
 * Packs files, and the folders that they lie in, into an initial RAM disk. Programs are where the kernel looks for
 * them: `/bin/init` must be among the files. `/dev`, `/tmp` and `/mnt` are made.
 * @throws ImageError for a path that is not absolute, that is given twice, or that is too long for the kernel; for
 * a file too large for it
 */
export function createInitrd(files: readonly ImageFile[]): Uint8Array {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const members: Uint8Array[] = [];
  const made = new Set<string>();
  const add = (path: string, mode: number, bytes: Uint8Array): void => {
    if (made.has(path)) throw new ImageError(path, 'is there already');
    made.add(path);
    members.push(member(path.slice(1), made.size, mode, bytes));
  };
  for (const folder of MOUNT_POINTS) add(folder, S_IFDIR | 0o755, new Uint8Array(0));
  for (const { path, bytes } of sorted) {
    check(path, bytes);
    const parts = path.split('/').slice(1, -1);
    for (let depth = 1; depth <= parts.length; depth++) {
      const folder = `/${parts.slice(0, depth).join('/')}`;
      if (!made.has(folder)) add(folder, S_IFDIR | 0o755, new Uint8Array(0));
    }
    add(path, S_IFREG | 0o755, bytes);
  }
  members.push(member('TRAILER!!!', 0, 0, new Uint8Array(0)));
  const size = members.reduce((sum, { length }) => sum + length, 0);
  const archive = new Uint8Array(Math.ceil(size / BLOCK) * BLOCK);
  let at = 0;
  for (const bytes of members) {
    archive.set(bytes, at);
    at += bytes.length;
  }
  return archive;
}

function check(path: string, bytes: Uint8Array): void {
  const parts = path.split('/');
  if (parts[0] !== '' || parts.length < 2)
    throw new ImageError(path, "is not absolute; a path begins with '/'");
  for (const part of parts.slice(1)) {
    if (part === '' || part === '.' || part === '..') {
      throw new ImageError(path, `has the empty or relative part '${part}'`);
    }
    if (new TextEncoder().encode(part).length > NAME_LIMIT) {
      throw new ImageError(
        path,
        `has a name of more than ${NAME_LIMIT} bytes, which an initial RAM disk cannot have`,
      );
    }
  }
  if (bytes.length > FILE_LIMIT) {
    throw new ImageError(
      path,
      `has ${bytes.length} bytes; a file of an initial RAM disk has at most ${FILE_LIMIT}`,
    );
  }
}

/** Header, name and contents of one member; `inode` 0 is the trailer. */
function member(name: string, inode: number, mode: number, bytes: Uint8Array): Uint8Array {
  const encoded = new TextEncoder().encode(`${name}\0`);
  const links = inode === 0 ? 1 : (mode & S_IFDIR) !== 0 ? 2 : 1;
  // ino, mode, uid, gid, nlink, mtime, filesize, devmajor, devminor, rdevmajor, rdevminor, namesize, check
  const fields = [inode, mode, 0, 0, links, 0, bytes.length, 0, 0, 0, 0, encoded.length, 0];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
  const contents = align(header.length + encoded.length);
  const result = new Uint8Array(align(contents + bytes.length));
  result.set(new TextEncoder().encode(header));
  result.set(encoded, header.length);
  result.set(bytes, contents);
  return result;
}

function align(size: number): number {
  return Math.ceil(size / ALIGNMENT) * ALIGNMENT;
}
