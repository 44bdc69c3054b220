// Prints the closing line from jest's own results. A skipped test is a failure here: CI has all that tests need.
import { readFileSync } from 'node:fs';

const testStatus = Number(process.argv[2]);
const { passed, failed, skipped } = readResults();
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
if (skipped > 0) process.stderr.write('tests were skipped: CI must run all of them\n');
process.exitCode = testStatus !== 0 || failed > 0 || skipped > 0 || passed === 0 ? 1 : 0;

function readResults() {
  try {
    const results = JSON.parse(readFileSync('.test-results/jest.json', 'utf8'));
    return {
      passed: results.numPassedTests,
      // A file that does not load counts as one failure: its tests are not in the number of failed ones.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    };
  } catch {
    // Install, lint or type check failed before any test ran: that is the one failure.
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
