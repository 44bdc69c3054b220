import { type BundleOptions, bundle } from './bundle.ts';
import { BundleError } from './bundle-error.ts';

// Run by lib/function-code.ts in a process of its own, for a construct cannot wait: OPTIONS_JSON
const [options = '{}'] = process.argv.slice(2);
try {
  await bundle(JSON.parse(options) as BundleOptions);
} catch (error) {
  if (!(error instanceof BundleError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
