import { join } from 'node:path';
import { synthesise } from '../../lib/synthesise.ts';
import { FIXTURE_PROGRAM } from '../fixtures/fixture-app.ts';

// Run by test/support/assembly.ts in a process of its own: OUT_DIRECTORY CONTEXT_JSON
const [outDirectory = '', context = '{}'] = process.argv.slice(2);
await synthesise({
  outDirectory: join(outDirectory, 'assembly'),
  program: FIXTURE_PROGRAM,
  context: JSON.parse(context),
});
