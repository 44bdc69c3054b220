import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Stack } from 'aws-cdk-lib/core';
import { deploymentsOf } from '../../lambdas/contract/outputs.ts';
import { SupaglueWebhooks } from '../../lib/construct.ts';
import { BUNDLES_VARIABLE } from '../../lib/function-code.ts';
import { projectDirectory } from '../../lib/project-paths.ts';
import type { SupaglueWebhooksProps } from '../../lib/props.ts';
import { readAssembly } from '../../local/assembly/read-assembly.ts';
import { appIn } from './stack-of.ts';

let directory: string;

beforeAll(async () => {
  // Within the project, so that handlers find its sources.
  await mkdir(join(projectDirectory, '.test-results'), { recursive: true });
  directory = await mkdtemp(join(projectDirectory, '.test-results', 'handlers-'));
  process.env[BUNDLES_VARIABLE] = '';
});
afterAll(() => rm(directory, { recursive: true }));

describe('the handlers in the template', () => {
  let stacks = 0;
  const synthesiseWith = async (source: string, props: Partial<SupaglueWebhooksProps> = {}) => {
    const handlers = join(directory, `handlers-${++stacks}.ts`);
    await writeFile(handlers, source);
    const app = appIn(join(directory, `app-${stacks}`));
    const stack = new Stack(app, 'Mine');
    new SupaglueWebhooks(stack, 'Default', { handlers, ...props });
    const assembly = app.synth();
    const { template } = assembly.getStackByName('Mine');
    return {
      handlers: deploymentsOf(template)['Default']?.handlers,
      bundles: (await readdir(assembly.directory))
        .filter((name) => name.startsWith('bundle-'))
        .map((name) => name.replace(/^bundle-[0-9a-f]{8}-/, ''))
        .sort(),
      // As the local run tells them.
      warnings: (await readAssembly(assembly.directory)).warnings,
    };
  };
  const made = (register: string, before = '') => `
    import { createConsumerHandler, EventRouter } from '../../lambdas/handlers.ts';
    ${before}
    export const handler = createConsumerHandler(new EventRouter()${register});`;

  test('are those that the bundle registers, with the stack’s own variables', async () => {
    const { handlers, bundles, warnings } = await synthesiseWith(
      made(
        ".on('sync.complete', 'bill', () => {}).onAny('audit', () => {})",
        "console.log('a line of its own'); if (!process.env['QUEUE_URL']?.includes('Ref')) throw new Error('no token');",
      ),
    );
    expect({ handlers, warnings }).toEqual({
      handlers: { byType: { 'sync.complete': ['bill'] }, any: ['audit'] },
      warnings: [],
    });
    expect(bundles).toEqual(['consumer', 'ingest', 'meta']);
  });

  test('lie beside the bundle of the function that reconciles, where there is one', async () => {
    const supaglueApiKeySecretArn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:key-AbCdEf';
    const { handlers, bundles } = await synthesiseWith(made(".on('sync.complete', 'bill', () => {})"), {
      database: { supaglueApiKeySecretArn },
      reconcile: { minutes: 30 },
    });
    expect(handlers).toEqual({ byType: { 'sync.complete': ['bill'] }, any: [] });
    expect(bundles).toEqual(['consumer', 'ingest', 'meta', 'reconcile']);
  });

  test.each([
    [
      'a module that throws',
      made('', "throw new Error('BILLING_URL is not set');"),
      /Error: BILLING_URL is not set/,
    ],
    [
      'one that calls somebody at load',
      made('', "await fetch('http://127.0.0.1:65001').catch((error) => { throw error.cause ?? error; });"),
      /no network: handlers are only listed here/,
    ],
    [
      'another handler',
      'export const handler = async () => undefined;',
      /handlers \(its `handler` is not made by createConsumerHandler\)/,
    ],
  ])(
    '%s: they are unknown, and synthesis warns',
    async (_, source, warning) => {
      const { handlers, warnings } = await synthesiseWith(source);
      expect(handlers).toBe('unknown');
      expect(warnings).toEqual([expect.stringMatching(warning)]);
      expect(warnings[0]).toMatch(/^\/Mine\/Default: /);
    },
    60_000,
  );

  test('what does not compile is refused with file and line', async () => {
    await expect(synthesiseWith("import './nowhere.ts';")).rejects.toThrow(
      /^cannot bundle the consumer function\n.*nowhere\.ts[\s\S]*handlers-\d+\.ts:1:7/,
    );
  });
});
