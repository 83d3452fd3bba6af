/** Which machine events `--log` shows: `hsm,sbi:time,csr-write:satp,mmio:clint`. */
import { InvalidArgumentError } from 'commander';
import { Csr, Mode, csrName, type EventKind, type MachineEvents } from '../../../emulator/index.js';
import { didYouMean } from '../option-values.js';
import { DEVICE_NAMES, deviceAt } from '../../events/mmio-names.js';
import { SBI_EXTENSION_NAMES, sbiExtensionName } from '../../events/sbi-call-names.js';

/** What can be shown as a line; the console is shown as it is. */
export type LineKind = Exclude<EventKind, 'console'>;

/** One item of the option. */
export interface SelectedEvents {
  readonly kind: LineKind;
  /** Shows only events of this kind that the filter names. */
  readonly filter?: string;
}

interface KindOfEvent<K extends LineKind> {
  /** Values of the filter; none: the kind has no filter. */
  readonly filters: readonly string[];
  /** Whether the filter names the event. */
  readonly names: (event: MachineEvents[K], filter: string) => boolean;
}

const MODES: Readonly<Record<string, Mode>> = { u: Mode.User, s: Mode.Supervisor, m: Mode.Machine };
const none = { filters: [], names: () => true };

const KINDS: { readonly [K in LineKind]: KindOfEvent<K> } = {
  hsm: none,
  sbi: { filters: SBI_EXTENSION_NAMES, names: ({ eid }, name) => sbiExtensionName(eid) === name },
  'supervisor-enter': none,
  mmio: { filters: DEVICE_NAMES, names: ({ address }, name) => deviceAt(address) === name },
  'csr-write': { filters: Object.keys(Csr), names: ({ csr }, name) => csrName(csr) === name },
  trap: {
    filters: ['interrupt', 'exception', 's', 'm'],
    names: ({ interrupt, to }, name) =>
      name === 'interrupt' ? interrupt : name === 'exception' ? !interrupt : to === MODES[name],
  },
  ecall: { filters: ['u', 's'], names: ({ mode }, name) => mode === MODES[name] },
  hint: none,
  idle: none,
  wake: none,
  'user-enter': none,
  'user-leave': none,
  fence: { filters: ['sfence.vma', 'fence.i'], names: ({ instruction }, name) => instruction === name },
  'page-walk': { filters: ['fetch', 'load', 'store'], names: ({ access }, name) => access === name },
  disk: { filters: ['in', 'out', 'flush', 'get-id', 'other'], names: ({ type }, name) => type === name },
};

/** The kinds, in the order in which they are explained. */
export const LINE_KINDS = Object.keys(KINDS) as readonly LineKind[];

/**
 * Reads the option.
 * @throws InvalidArgumentError naming the item, what was found and what there is
 */
export function selectedEvents(text: string): SelectedEvents[] {
  return text.split(',').map((item) => {
    const [kind = '', filter] = item.trim().split(':', 2);
    if (!isLineKind(kind)) {
      throw new InvalidArgumentError(
        `Unknown event '${kind}'; there are ${LINE_KINDS.join(', ')}.${didYouMean(kind, LINE_KINDS)}`,
      );
    }
    if (filter === undefined) return { kind };
    const { filters } = KINDS[kind];
    if (filters.length === 0)
      throw new InvalidArgumentError(`'${kind}' takes no filter, found ':${filter}'.`);
    if (!filters.includes(filter)) {
      const known = kind === 'csr-write' ? 'names of CSRs such as satp' : filters.join(', ');
      throw new InvalidArgumentError(
        `'${kind}:' expects one of: ${known}; found '${filter}'.${didYouMean(filter, filters)}`,
      );
    }
    return { kind, filter };
  });
}

/** Whether an event is to be shown. */
export function isSelected<K extends LineKind>(
  kind: K,
  event: MachineEvents[K],
  selection: readonly SelectedEvents[],
): boolean {
  return selection.some(
    (item) => item.kind === kind && (item.filter === undefined || KINDS[kind].names(event, item.filter)),
  );
}

function isLineKind(text: string): text is LineKind {
  return Object.hasOwn(KINDS, text);
}
