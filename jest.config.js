import { devNull } from 'node:os';
import preset from './lib/jest-preset.js';
import { patienceMs } from './test/support/slowness.js';

// The functions run on Node.js 24 in the cloud: the SDK's hint about this machine's version is only noise.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

// Nothing of the developer's own AWS configuration, proxies and drivers reaches a test.
for (const name of Object.keys(process.env)) {
  if (
    /^(?:AWS_(?!SDK_JS_)|HTTPS?_PROXY$|https?_proxy$|NODE_USE_ENV_PROXY$|NODE_PG_FORCE_NATIVE$)/.test(name)
  ) {
    delete process.env[name];
  }
}
process.env['AWS_CONFIG_FILE'] = devNull;
process.env['AWS_SHARED_CREDENTIALS_FILE'] = devNull;

export default {
  ...preset,
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // A packed package is called as this one is.
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  transform: {
    ...preset.transform,
    '^.+\\.tsx$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', tsx: true },
          transform: { react: { runtime: 'automatic', importSource: 'hono/jsx' } },
        },
        module: { type: 'es6' },
      },
    ],
  },
  // A guard against hanging, far above what a test needs on a machine as busy as this one.
  testTimeout: patienceMs(180_000),
  // A worker on a busy machine needs more than jest's half a second to end; one that never ends is still told.
  workerGracefulExitTimeout: patienceMs(10_000),
  // Twice the two cores that it is kept quick on: many tests wait for a lease, a poll or a browser.
  maxWorkers: 4,
  testSequencer: '<rootDir>/test/longest-first.js',
};
