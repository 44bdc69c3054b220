import { statSync } from 'node:fs';
import Sequencer from '@jest/test-sequencer';
import { SUITES } from './suites.js';

/** The suites as they are named, in a folder the small ones first: what is quick may spare the others. */
// biome-ignore lint/style/noDefaultExport: jest takes a sequencer's default export
export default class InOrder extends Sequencer {
  sort(tests) {
    const place = ({ path }) => SUITES.findIndex((suite) => path.includes(`/${suite}`));
    const size = ({ path }) => statSync(path).size;
    return [...tests].sort((one, other) => place(one) - place(other) || size(one) - size(other));
  }
}
