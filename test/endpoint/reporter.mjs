/** Tells the process that started jest of each test as it ends. Jest loads it as it is: no TypeScript here. */
// biome-ignore lint/style/noDefaultExport: jest takes a reporter's default export
export default class ProcessReporter {
  onTestCaseResult(_test, { ancestorTitles, title, status, duration, failureMessages }) {
    process.send?.({ type: 'test', path: [...ancestorTitles, title], status, duration, failureMessages });
  }

  onRunComplete(_contexts, { testResults }) {
    // The file itself could not be run: no test has been reported.
    for (const { testExecError, failureMessage } of testResults) {
      if (testExecError !== undefined) process.send?.({ type: 'broken', message: String(failureMessage) });
    }
  }
}
