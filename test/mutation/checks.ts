import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Verdict } from './try-mutation.ts';

/** Checks that guard the simulation itself: no mutation of production code can turn them red, for this reason. */
export const HARNESS_CHECKS: Readonly<Record<string, string>> = {
  'queue-is-empty':
    'the simulated event source polls until its queue is empty; what the consumer can never settle breaks comes-to-rest',
};

const CHECK = /\bcheck\(\s*'([a-z-]+)'/gi;

/** Names of the checks that the simulation of a tree makes, as its sources have them. */
export function checksOf(root: string): readonly string[] {
  const folder = path.join(root, 'test/simulation');
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [...readFileSync(path.join(folder, file), 'utf8').matchAll(CHECK)])
    .flatMap(([, name]) => name ?? []);
  return [...new Set(names)].sort();
}

/** Check → names of the mutations that turned it red, in the order they were tried. */
export function redBy(verdicts: readonly Verdict[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { mutation, simulation } of verdicts) {
    for (const check of simulation?.red.keys() ?? []) {
      found.set(check, [...(found.get(check) ?? []), mutation.name]);
    }
  }
  return found;
}
