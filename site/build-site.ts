import type { Problem } from './problem.js';
export interface SiteOptions {
  readonly onProgress?: (text: string) => void;
}
export interface BuiltSite {
  readonly pages: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}
export function buildSite(_root: string, _options: SiteOptions = {}): Promise<BuiltSite> {
  return Promise.resolve({ pages: new Map(), problems: [] });
}
