// Not the project's configuration, which keeps a developer's AWS settings out of the tests: these ask AWS itself.
import preset from '../../lib/jest-preset.js';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

export default {
  ...preset,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/endpoint/*.endpoint.ts'],
  reporters: ['<rootDir>/test/endpoint/reporter.mjs'],
  // A guard against hanging: on AWS a table with its index takes tens of seconds.
  testTimeout: 240_000,
  maxWorkers: 1,
};
