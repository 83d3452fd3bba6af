/** Disk images for the guest, made on the host without root rights or system tools. */
export { createImage, filesFromFolder, readImage, type ImageFile, type ImageOptions } from './root-image.js';
export { createInitrd } from './initrd.js';
export { ImageError } from './image-error.js';
