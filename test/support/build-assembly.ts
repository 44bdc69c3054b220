import { join } from 'node:path';
import { bundle } from '../../lib/bundle.ts';
import { synthesise } from '../../lib/synthesise.ts';

// Run by test/support/assembly.ts in a process of its own: OUT_DIRECTORY CONTEXT_JSON
const [outDirectory = '', context = '{}'] = process.argv.slice(2);
const bundleDirectory = join(outDirectory, 'code');
await bundle({ outDirectory: bundleDirectory });
await synthesise({
  outDirectory: join(outDirectory, 'assembly'),
  bundleDirectory,
  context: JSON.parse(context),
});
