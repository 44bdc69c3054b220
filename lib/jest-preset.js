import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Jest's preset for tests of handlers, named by `preset: 'supaglue-webhooks-aws'`: TypeScript as ES modules, by swc,
 * and `.sql` files as text, as in the bundles. It needs `@swc/core` and `@swc/jest` beside jest, and
 * `NODE_OPTIONS=--experimental-vm-modules`.
 */
const swc = createRequire(import.meta.url).resolve('@swc/jest');

// Jest sets it where nothing else is set, and breaks off with a RangeError under `NODE_ENV=production` (run: 30.5.2).
process.env['NODE_ENV'] = 'test';

// biome-ignore lint/style/noDefaultExport: what jest looks for in a preset
export default {
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'jsx', 'ts', 'tsx', 'json', 'node', 'sql'],
  extensionsToTreatAsEsm: ['.ts', '.tsx', '.sql'],
  transform: {
    '\\.sql$': fileURLToPath(new URL('./jest-sql-transform.js', import.meta.url)),
    '^.+\\.ts$': [
      swc,
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
};
