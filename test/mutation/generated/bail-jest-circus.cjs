const { createEmptyTestResult } = require('@jest/test-result');
const { default: circus } = require('jest-circus/runner');

/** jest takes a file without a test for a mistake. */
const NOT_ASKED = {
  ancestorTitles: [],
  failureDetails: [],
  failureMessages: [],
  fullName: 'not asked',
  status: 'pending',
  title: 'not asked',
};

/** Does not even load a file whose tests need not be asked: see bail-environment.cjs. Stryker minds this file's name. */
module.exports = async (globalConfig, config, environment, runtime, testFilePath, ...others) => {
  if (!environment.isDone())
    return circus(globalConfig, config, environment, runtime, testFilePath, ...others);
  return { ...createEmptyTestResult(), testFilePath, numPendingTests: 1, testResults: [NOT_ASKED] };
};
