import { topologicalOrder } from './expected-order.js';
import type { ExpectedStep, ExpectedTrace, NeverRule, OrderRule, StepHarts } from './expected-trace-rules.js';

/**
 * Refuses an expected trace that nobody can satisfy or that names what is not there.
 *
 * @throws RangeError that names the field, what was found and what was expected.
 */
export function checkExpectedTrace({ steps, order, never = [] }: ExpectedTrace): void {
  const index = new Map([...steps.entries()].reverse().map(([i, { id }]) => [id, i]));
  for (const [i, { id }] of steps.entries()) {
    if (index.get(id) !== i) refuse(`steps[${i}].id`, `a second "${id}"`, 'ids that differ');
  }
  for (const [i, rule] of order.entries()) checkOrder(rule, `order[${i}]`);
  for (const [i, step] of steps.entries()) checkSince(step, `steps[${i}].since`);
  for (const [i, rule] of never.entries()) checkNever(rule, `never[${i}]`);
  const edges = order.map(({ before, after }) => [index.get(before) ?? 0, index.get(after) ?? 0] as const);
  try {
    topologicalOrder(steps.length, edges, []);
  } catch {
    refuse('order', 'rules that make a circle', 'an order that some run can obey');
  }

  function known(id: string, field: string): ExpectedStep {
    const step = steps[index.get(id) ?? -1];
    return step ?? refuse(field, `"${id}"`, `one of the steps: ${steps.map((each) => each.id).join(', ')}`);
  }

  function checkOrder({ before, after, scope }: OrderRule, field: string): void {
    const [first, second] = [known(before, `${field}.before`), known(after, `${field}.after`)];
    if (scope === 'same-hart' && !meet(first.on, second.on)) {
      refuse(`${field}.scope`, `"same-hart" for ${first.on} and ${second.on}`, '"across-harts"');
    }
  }

  function checkSince({ id, since, on }: ExpectedStep, field: string): void {
    if (since === undefined) return;
    if (!meet(known(since, field).on, on)) refuse(field, `"${since}"`, 'a step on the same harts');
    const ruled = order.some(({ before, after }) => before === since && after === id);
    if (!ruled) refuse(field, `no rule of order`, `one that puts "${since}" before "${id}"`);
  }

  function checkNever({ after, before }: NeverRule, field: string): void {
    if (after !== undefined) known(after, `${field}.after`);
    if (before !== undefined) known(before, `${field}.before`);
  }
}

/** Whether some hart has steps of both kinds. */
function meet(a: StepHarts, b: StepHarts): boolean {
  if (a === 'machine' || b === 'machine') return a === b;
  return a === b || a === 'every' || b === 'every';
}

function refuse(field: string, found: string, expected: string): never {
  throw new RangeError(`expected trace: ${field}: found ${found}, expected ${expected}`);
}
