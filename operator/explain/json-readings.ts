import { createHash } from 'node:crypto';
import { samples } from '../../lambdas/events/samples.ts';
import { COMPACT, type JsonLayout, layoutsOf, writeJson } from './json-layout.ts';
import { type JsonTree, parseJsonTree, sortKeys } from './json-tree.ts';
import type { Reading } from './reading.ts';

/** All orders of more keys would take too long. */
const MAX_PERMUTED_KEYS = 7;

/** The body parsed and written again in every way that common libraries write JSON. */
export function* jsonReadings({ value: body, alterations }: Reading<Buffer>): Generator<Reading<Buffer>> {
  const captured = body.toString('utf8').replace(/^\ufeff/, '');
  const tree = parseJsonTree(captured);
  if (tree === undefined || tree.kind === 'string' || tree.kind === 'literal') return;
  const layouts = layoutsOf(tree);
  const text = captured.trim();
  const layout = layouts.find((each) => writeJson(tree, each) === text)?.name ?? 'mixed';
  const seen = new Set([digestOf(captured)]);
  for (const order of orders(tree, layouts)) {
    for (const each of order.layouts) {
      const written = writeJson(order.tree, each);
      const digest = digestOf(written);
      if (seen.has(digest)) continue;
      seen.add(digest);
      const signed = [each.name, ...(order.name === '' ? [] : [order.name])].join(', ');
      yield {
        value: Buffer.from(written),
        alterations: [...alterations, { cause: 'body-reserialised', signed, captured: layout }],
      };
    }
  }
}

interface Order {
  readonly tree: JsonTree;
  readonly name: string;
  readonly layouts: readonly JsonLayout[];
}

/** Keys as they stand, sorted, in the order of Supaglue's documentation; at last any order, if they look sorted. */
function* orders(tree: JsonTree, layouts: readonly JsonLayout[]): Generator<Order> {
  yield { tree, name: '', layouts };
  const sorted = sortKeys(tree);
  if (writeJson(sorted, COMPACT) !== writeJson(tree, COMPACT)) {
    yield { tree: sorted, name: 'key-sorted', layouts };
  }
  for (const documented of documentedOrders(tree)) {
    yield { tree: documented, name: 'keys as documented', layouts };
  }
  if (tree.kind !== 'object' || tree.members.length > MAX_PERMUTED_KEYS || !hasSortedKeys(tree)) return;
  for (const members of permutations(tree.members)) {
    yield { tree: { kind: 'object', members }, name: 'keys in another order', layouts: [COMPACT] };
  }
}

/** Whether somebody may have sorted them; a single key is always in order. */
export function hasSortedKeys(tree: JsonTree): boolean {
  return (
    tree.kind === 'object' &&
    tree.members.length > 2 &&
    writeJson(sortKeys(tree), COMPACT) === writeJson(tree, COMPACT)
  );
}

/** What was written is forgotten, since a body may be large and its layouts are many. */
function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

function documentedOrders(tree: JsonTree): readonly JsonTree[] {
  if (tree.kind !== 'object') return [];
  const { members } = tree;
  const eventType = members.find(([key]) => key === 'webhook_event_type')?.[1];
  const sample = Object.entries(samples).find(
    ([name]) => eventType?.kind === 'string' && name === eventType.value,
  )?.[1];
  if (sample === undefined) return [];
  const rank = new Map(Object.keys(sample).map((key, index) => [key, index]));
  const rankOf = (key: string, ofType: number) =>
    key === 'webhook_event_type' ? ofType : (rank.get(key) ?? rank.size);
  return [-1, rank.size + 1].map((ofType) => ({
    kind: 'object',
    members: [...members].sort(([one], [other]) => rankOf(one, ofType) - rankOf(other, ofType)),
  }));
}

function* permutations<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  if (items.length <= 1) {
    yield items;
    return;
  }
  for (const [index, first] of items.entries()) {
    for (const rest of permutations(items.toSpliced(index, 1))) yield [first, ...rest];
  }
}
