// The functions run on Node.js 24 in the cloud: the SDK's hint about this machine's version is only noise.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const typescript = (jsc) => ['@swc/jest', { jsc: { target: 'es2023', ...jsc }, module: { type: 'es6' } }];

export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'jsx', 'ts', 'tsx', 'json', 'node', 'sql'],
  extensionsToTreatAsEsm: ['.ts', '.tsx', '.sql'],
  transform: {
    // As text, like in the bundles.
    '\\.sql$': '<rootDir>/test/support/sql-transform.js',
    '^.+\\.ts$': typescript({ parser: { syntax: 'typescript' } }),
    '^.+\\.tsx$': typescript({
      parser: { syntax: 'typescript', tsx: true },
      transform: { react: { runtime: 'automatic', importSource: 'hono/jsx' } },
    }),
  },
  // A guard against hanging, far above what a test needs on a busy machine.
  testTimeout: 60_000,
  // Twice the two cores that it is kept quick on: many tests wait for a lease, a poll or a browser.
  maxWorkers: 4,
};
