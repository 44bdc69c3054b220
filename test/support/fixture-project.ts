import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectDirectory } from '../../lib/project-paths.ts';
import { FIXTURE_PROGRAM } from '../fixtures/fixture-app.ts';

/** Makes a folder a CDK project whose app is the tests' own. */
export async function makeFixtureProject(directory: string): Promise<void> {
  const { context } = JSON.parse(await readFile(join(projectDirectory, 'cdk.json'), 'utf8'));
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const app = `"${process.execPath}" --import "${tsx}" "${FIXTURE_PROGRAM}"`;
  await writeFile(join(directory, 'cdk.json'), JSON.stringify({ app, context }));
}
