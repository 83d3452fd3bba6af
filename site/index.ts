/** The site of handouts. */
export { buildSite, type BuiltSite, type SiteOptions } from './build-site.js';
export { writeSite } from './write-site.js';
