/** Two traces that differ no more than they must: the arithmetic behind `expected-trace.ts`. */

/** `[a, b]`: node a comes before node b. */
export type Edge = readonly [number, number];

/**
 * Puts nodes into an order that obeys `edges` and otherwise is the order in which they were seen: as few nodes as
 * possible stand elsewhere than they were seen.
 *
 * The nodes that keep their places must be free of violations among each other. Violations, pairs seen the wrong way
 * round, are themselves a partial order (the meet of the required order and the reverse of the seen one), so the
 * largest set without any is a largest antichain, which Dilworth's theorem and König's give by a bipartite matching.
 *
 * @param edges without a cycle; they need not be transitive.
 * @param seenAt by node: its place among what was seen; a node that was not seen has none.
 * @param wish by node: where it would go if nothing forbade it, on the scale of `seenAt`.
 * @returns all nodes.
 */
export function closestOrder(
  edges: readonly Edge[],
  seenAt: readonly (number | undefined)[],
  wish: readonly number[],
): number[] {
  const count = seenAt.length;
  const moved = nodesToMove(count, edges, seenAt);
  const kept = [...seenAt.keys()]
    .filter((node) => seenAt[node] !== undefined && !moved.has(node))
    .sort((a, b) => (seenAt[a] ?? 0) - (seenAt[b] ?? 0));
  const chain = kept.slice(1).map((node, i): Edge => [kept[i] ?? node, node]);
  return topologicalOrder(count, [...edges, ...chain], wish);
}

/**
 * Nodes by `edges`; of those that may come next, the one whose wish is lowest, the first of equals.
 *
 * @throws RangeError when the edges make a circle.
 */
export function topologicalOrder(count: number, edges: readonly Edge[], wish: readonly number[]): number[] {
  const followers = successors(count, edges);
  const open = new Array<number>(count).fill(0);
  for (const [, after] of edges) open[after] = (open[after] ?? 0) + 1;
  const ready = new Set([...open.keys()].filter((node) => open[node] === 0));
  const order: number[] = [];
  while (ready.size > 0) {
    const next = [...ready].reduce((a, b) => (isSooner(b, a) ? b : a));
    ready.delete(next);
    order.push(next);
    for (const follower of followers[next] ?? []) {
      open[follower] = (open[follower] ?? 0) - 1;
      if (open[follower] === 0) ready.add(follower);
    }
  }
  if (order.length < count) throw new RangeError('the order makes a circle');
  return order;

  function isSooner(a: number, b: number): boolean {
    const [wishA = 0, wishB = 0] = [wish[a], wish[b]];
    return wishA === wishB ? a < b : wishA < wishB;
  }
}

/** The fewest seen nodes without which no two are the wrong way round. */
function nodesToMove(
  count: number,
  edges: readonly Edge[],
  seenAt: readonly (number | undefined)[],
): Set<number> {
  const followers = successors(count, edges);
  const wrong = seenAt.map((place, node) => {
    if (place === undefined) return [];
    return reachable(node, followers).filter((after) => (seenAt[after] ?? Infinity) < place);
  });
  const matched = matching(wrong);
  // König: from the unmatched nodes on the left by alternating paths. The cover is what is not reached there, and
  // what is reached on the right.
  const left = new Set<number>();
  const right = new Set<number>();
  const taken = new Set(matched.filter((node) => node !== undefined));
  const pending = [...wrong.keys()].filter((node) => !taken.has(node));
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (left.has(node)) continue;
    left.add(node);
    for (const other of wrong[node] ?? []) {
      right.add(other);
      const partner = matched[other];
      if (partner !== undefined) pending.push(partner);
    }
  }
  return new Set([...wrong.keys()].filter((node) => !left.has(node) || right.has(node)));
}

/** A largest matching (Kuhn's augmenting paths): by node on the right, its partner on the left. */
function matching(edges: readonly (readonly number[])[]): (number | undefined)[] {
  const partner = new Array<number | undefined>(edges.length).fill(undefined);
  for (const start of edges.keys()) {
    const tried = new Set<number>();
    const augment = (node: number): boolean =>
      (edges[node] ?? []).some((other) => {
        if (tried.has(other)) return false;
        tried.add(other);
        const holder = partner[other];
        if (holder !== undefined && !augment(holder)) return false;
        partner[other] = node;
        return true;
      });
    augment(start);
  }
  return partner;
}

function successors(count: number, edges: readonly Edge[]): number[][] {
  const followers = Array.from({ length: count }, (): number[] => []);
  for (const [before, after] of edges) followers[before]?.push(after);
  return followers;
}

function reachable(start: number, followers: readonly (readonly number[])[]): number[] {
  const found = new Set<number>();
  const pending = [...(followers[start] ?? [])];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    pending.push(...(followers[node] ?? []));
  }
  return [...found];
}
