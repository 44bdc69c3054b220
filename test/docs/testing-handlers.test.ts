import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { EventRouter } from 'supaglue-webhooks-aws/handlers';
import { exploreCrashes, sample } from 'supaglue-webhooks-aws/testing';
import { projectDirectory } from '../../lib/project-paths.ts';
import { documentText, makeProject, temporaryFolder } from './code-blocks.ts';

const PAGE = 'docs/testing-handlers.md';
let project: string;
beforeAll(async () => {
  project = await temporaryFolder();
  await makeProject(project, PAGE);
});
afterAll(() => rm(project, { recursive: true }));

test('its tests pass, in jest', async () => {
  const preset = pathToFileURL(join(projectDirectory, 'lib/jest-preset.js')).href;
  await writeFile(
    join(project, 'jest.config.js'),
    `import preset from '${preset}';\nexport default { ...preset, testMatch: ['<rootDir>/test/*.test.ts'], testTimeout: 180_000 };\n`,
  );
  const jest = join(projectDirectory, 'node_modules/jest/bin/jest.js');
  const { stderr } = await promisify(execFile)(
    process.execPath,
    ['--experimental-vm-modules', jest, '--rootDir', project, '--config', join(project, 'jest.config.js')],
    { cwd: project },
  );
  expect(stderr).toMatch(/Tests: +3 passed, 3 total/);
});

test('its handler and its double have the reports that it shows', async () => {
  const path = join(project, 'app/handlers/pause-billing.ts');
  const double = join(project, 'app/handlers/double.ts');
  await writeFile(double, (await readFile(path, 'utf8')).replace(/ *headers:.*\n/, ''));
  const texts: string[] = [];
  for (const file of [path, double]) {
    const { pauseBilling } = await import(file);
    const router = new EventRouter().on('connection.deleted', 'pause-billing', pauseBilling);
    texts.push((await exploreCrashes(router, sample('connection.deleted'))).text);
  }
  const shown = [...documentText(PAGE).matchAll(/^```text\n(.*?)\n```$/gms)].map(([, text]) => text);
  expect(texts).toEqual(shown);
});
