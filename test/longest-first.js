import Sequencer from '@jest/test-sequencer';

/**
 * Seconds on two quiet cores. What takes long starts first, or it runs alone at the end while the other workers have
 * nothing to do: jest itself knows a file's time only where it has run before, and continuous integration has not.
 */
export const LONG_SECONDS = {
  'test/pipeline/crash.test.ts': 37,
  'test/operator/cli.test.ts': 29,
  'test/inspector/large-group.test.ts': 28,
  'test/database/use-cases/interrupted.test.ts': 27,
  'test/soak/soak.test.ts': 26,
  'test/inspector/browser.test.ts': 24,
  'test/docs/senders.test.ts': 20,
  'test/inspector/journey.test.ts': 19,
  'test/database/use-cases/use-cases.test.ts': 17,
  'test/inspector/events.test.ts': 16,
  'test/endpoint/run.test.ts': 14,
  'test/local/start.test.ts': 12,
  'test/operator/dlq.test.ts': 11,
  'test/operator/dead-letters/look.test.ts': 11,
  'test/stack/app-process.test.ts': 11,
  'test/testing/pipeline.test.ts': 11,
  'test/local/attack-page.test.ts': 10,
  'test/stack/handlers-in-template.test.ts': 10,
  'test/operator/faults.test.ts': 9,
  'test/operator/replay.test.ts': 9,
  'test/simulation/simulation.test.ts': 9,
  'test/suites/pipeline.test.ts': 9,
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
