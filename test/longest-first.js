import Sequencer from '@jest/test-sequencer';

/**
 * Seconds on two quiet cores. What takes long starts first, or it runs alone at the end while the other workers have
 * nothing to do: jest itself knows a file's time only where it has run before, and continuous integration has not.
 */
export const LONG_SECONDS = {
  'test/pipeline/crash.test.ts': 37,
  'test/operator/cli.test.ts': 34,
  'test/local/start.test.ts': 30,
  'test/soak/soak.test.ts': 23,
  'test/database/use-cases/use-cases.test.ts': 19,
  'test/stack/app-process.test.ts': 18,
  'test/simulation/simulation.test.ts': 14,
  'test/operator/demo.test.ts': 13,
  'test/operator/dead-letters/redrive.test.ts': 13,
  'test/operator/dlq.test.ts': 11,
  'test/operator/explain.test.ts': 11,
  'test/local/poller.test.ts': 10,
  'test/suites/queue.test.ts': 10,
};

/** @param {string} path */
function seconds(path) {
  const [, seconds = 0] = Object.entries(LONG_SECONDS).find(([file]) => path.endsWith(`/${file}`)) ?? [];
  return seconds;
}

// biome-ignore lint/style/noDefaultExport: jest takes a sequencer's default export
export default class LongestFirst extends Sequencer {
  /** @param {Parameters<Sequencer['sort']>[0]} tests */
  sort(tests) {
    const others = super.sort(tests);
    return [...others].sort((one, other) => seconds(other.path) - seconds(one.path));
  }
}
