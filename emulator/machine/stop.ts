/** Why a run returned. */
import type { DeviceStop } from '../devices/device.js';

export type StopReason =
  | DeviceStop
  /** Guest time or instructions given to `run` are used up. */
  | { readonly kind: 'budget' }
  /** The caller's condition holds. */
  | { readonly kind: 'until' }
  /** Every hart waits and only console input can wake one. */
  | { readonly kind: 'input' }
  /** Every hart waits for an interrupt, or is stopped, and nothing can ever come. */
  | { readonly kind: 'deadlock' }
  /** Every hart waits; the next event is at guest second `next`. Only when the caller asked for it. */
  | { readonly kind: 'idle'; readonly next: number };
