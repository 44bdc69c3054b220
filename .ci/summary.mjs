// Prints the closing line from the commands' own results. A skipped test is a failure here: CI has all that tests need.
import { readFileSync } from 'node:fs';

const testStatus = Number(process.argv[2]);
const results = [
  readResults('jest.json', ofJest),
  readResults('jest-long.json', ofJest),
  readResults('jest-bench.json', ofJest),
  readResults('package-test.json', (package_) => ({ ...package_, skipped: 0 })),
];
const sum = (name) => results.reduce((total, result) => total + result[name], 0);
const [passed, failed, skipped] = ['passed', 'failed', 'skipped'].map(sum);
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
if (skipped > 0) process.stderr.write('tests were skipped: CI must run all of them\n');
process.exitCode = testStatus !== 0 || failed > 0 || skipped > 0 || passed === 0 ? 1 : 0;

function ofJest(report) {
  return {
    passed: report.numPassedTests,
    // A file that does not load counts as one failure: its tests are not in the number of failed ones.
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function readResults(file, count) {
  try {
    return count(JSON.parse(readFileSync(`.test-results/${file}`, 'utf8')));
  } catch {
    // It never ran, because install, lint, type check or the command before it failed: that is one failure.
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
