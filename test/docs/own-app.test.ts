import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { synthesise } from '../../lib/synthesise.ts';
import { readAssembly } from '../../local/assembly/read-assembly.ts';
import { makeCdkProject, makeProject, temporaryFolder } from './code-blocks.ts';

let project: string;
beforeAll(async () => {
  project = await temporaryFolder();
  await makeProject(project, 'docs/configuration.md');
  await makeCdkProject(project, 'billing/app.ts');
});
afterAll(() => rm(project, { recursive: true }));

test('the CDK app of docs/configuration.md is synthesised, and its template tells its handlers', async () => {
  const directory = await synthesise({
    outDirectory: join(project, 'assembly'),
    projectDirectory: project,
  });
  const { stackName, template } = await readAssembly(directory);
  expect(stackName).toBe('Billing');
  expect(template.deployments).toMatchObject({
    Webhooks: { handlers: { byType: { 'sync.complete': ['alert-on-sync-error'] }, any: [] } },
  });
  const consumer = template.resources.get(template.deployments['Webhooks']?.parts.consumer ?? '');
  expect(consumer?.properties['Environment']).toMatchObject({ Variables: { MAX_ATTEMPTS: '8' } });
});
