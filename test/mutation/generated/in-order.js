import { readFileSync } from 'node:fs';
import Sequencer from '@jest/test-sequencer';

/** What decides by itself, then a few seeds of the simulation, then what needs engines; the small ones first. */
function rank(path) {
  const text = readFileSync(path, 'utf8');
  const kind = path.endsWith('/seeds.suite.ts') ? 1 : /engines|local\//i.test(text) ? 2 : 0;
  return kind * 1e9 + text.length;
}

// biome-ignore lint/style/noDefaultExport: jest takes a sequencer's default export
export default class InOrder extends Sequencer {
  sort(tests) {
    return [...tests].sort((one, other) => rank(one.path) - rank(other.path));
  }
}
