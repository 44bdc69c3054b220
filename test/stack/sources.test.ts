import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { App, Stack, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { deploymentsOf } from '../../lambdas/contract/outputs.ts';
import type { SourceProfile } from '../../lambdas/contract/source.ts';
import { SupaglueWebhooks, type SupaglueWebhooksProps } from '../../lib/construct.ts';
import { BUNDLES_VARIABLE } from '../../lib/function-code.ts';
import { projectDirectory } from '../../lib/project-paths.ts';
import { profileProblems } from '../../lib/webhook-sources.ts';
import { FIXTURE_HANDLERS } from '../fixtures/fixture-app.ts';
import { readPermissions, sentence } from './permissions-reader.ts';
import { faultsOf } from './permissions-rules.ts';
import { EVERY_STACK, OF_A_SOURCE } from './permissions-table.ts';
import { type Json, resourceOf, resourcesOf, standInBundles, type Template } from './synthesised-stack.ts';

let directory: string;
let context: Json;
const bundlesBefore = process.env[BUNDLES_VARIABLE];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'webhook-sources-'));
  process.env[BUNDLES_VARIABLE] = await standInBundles(join(directory, 'bundles'));
  ({ context } = JSON.parse(await readFile(`${projectDirectory}cdk.json`, 'utf8')));
});
afterAll(async () => {
  process.env[BUNDLES_VARIABLE] = bundlesBefore ?? '';
  await rm(directory, { recursive: true });
});

/** With handlers registered for each of the sources. */
async function synthesised(
  props: Partial<SupaglueWebhooksProps> & Pick<Required<SupaglueWebhooksProps>, 'sources'>,
): Promise<{ readonly template: Template; readonly findings: readonly string[] }> {
  const registered = Object.keys(props.sources).map((name) => [name, { type: 'type', any: [] }]);
  await writeFile(
    join(directory, 'bundles', 'handlers.json'),
    JSON.stringify({ byType: {}, any: [], sources: Object.fromEntries(registered) }),
  );
  const outdir = await mkdtemp(join(directory, 'assembly-'));
  const app = new App({
    outdir,
    context,
    analyticsReporting: false,
    // CDK's own rules are checked where the CLI is run.
    builtinCloudFormationValidation: false,
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const stack = new Stack(app, 'Trial');
  new SupaglueWebhooks(stack, 'Default', { handlers: FIXTURE_HANDLERS, ...props });
  const { template } = app.synth().getStackArtifact(stack.artifactId);
  const report = JSON.parse(await readFile(join(outdir, 'validation-report.json'), 'utf8'));
  const findings = report.pluginReports.flatMap(
    ({ violations }: { violations: ReadonlyArray<{ ruleName: string }> }) =>
      violations.map(({ ruleName }) => ruleName),
  );
  return { template, findings };
}

describe('a stack with another source', () => {
  test('has a throttled route for it, which is made when the consumer knows it', async () => {
    const { template, findings } = await synthesised({
      sources: { openai: { throttleRate: 20 }, billing: {} },
    });
    expect(findings).toEqual([]);
    const [, stage] = resourceOf(template, 'AWS::ApiGatewayV2::Stage');
    // CloudFormation passes these keys on as they are written.
    expect(stage.Properties['RouteSettings']).toEqual({
      'POST /webhooks/openai': { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40 },
    });
    const routes = resourcesOf(template, 'AWS::ApiGatewayV2::Route');
    expect(routes.map(([, { Properties }]) => Properties['RouteKey']).sort()).toEqual([
      'POST /webhooks',
      'POST /webhooks/billing',
      'POST /webhooks/openai',
    ]);
    const { parts } = deploymentsOf(template)['Default'] ?? {};
    for (const [, route] of routes) {
      const isOfSource = route.Properties['RouteKey'] !== 'POST /webhooks';
      const after = Reflect.get(route, 'DependsOn') ?? [];
      expect(after.includes(parts?.consumer)).toBe(isOfSource);
    }
  });

  test('allows ingest to read its secret, and nothing else', async () => {
    const { template } = await synthesised({ sources: { openai: {} } });
    const permissions = readPermissions(template);
    const added = permissions.map(sentence).filter((line) => !Object.hasOwn(EVERY_STACK, line));
    expect(added.sort()).toEqual(Object.keys(OF_A_SOURCE).sort());
    expect(permissions.flatMap((each) => faultsOf(each, new Set()))).toEqual([]);
  });

  test('receives it at a function URL too', async () => {
    const { template, findings } = await synthesised({
      ingest: { endpoint: 'function-url' },
      sources: { openai: {} },
    });
    expect(findings).toEqual([]);
    expect(resourcesOf(template, 'AWS::ApiGatewayV2::Route')).toEqual([]);
    expect(deploymentsOf(template)['Default']?.sources).toEqual({
      openai: { signingSecret: expect.stringContaining('Sourcesopenai') },
    });
  });
});

describe('what a source may not say', () => {
  test.each<[string, Parameters<typeof synthesised>[0], string]>([
    ['two names that outputs would not tell apart', { sources: { 'a-b': {}, ab: {} } }, 'sources.a-b is not'],
    ['a name that every object has', { sources: { constructor: {} } }, 'sources.constructor is not allowed'],
    ['a burst without a rate', { sources: { a: { throttleBurst: 5 } } }, 'sources.a.throttleBurst: it takes'],
    ['nobody may call', { sources: { a: { allowedSources: [] } } }, 'sources.a.allowedSources'],
    [
      'a throttle that nothing keeps',
      { ingest: { endpoint: 'function-url' }, sources: { a: { throttleRate: 5 } } },
      'sources.a.throttleRate: a function URL has no throttle',
    ],
    [
      'more addresses than the variables hold',
      {
        ingest: { allowedSources: Array.from({ length: 150 }, (_, index) => `192.0.2.${index}`) },
        sources: { a: { allowedSources: Array.from({ length: 150 }, (_, index) => `198.51.100.${index}`) } },
      },
      'bytes of ingest’s variables',
    ],
  ])('%s', async (_, props, problem) => {
    await expect(synthesised(props)).rejects.toThrow(problem.replace('’', "'"));
  });
});

test.each<[string, SourceProfile, readonly string[]]>([
  ['whole', { type: { header: 'x-type' }, customer: 'data.id', toleranceSeconds: 60 }, []],
  ['an empty path', { type: '' }, ['source a: "" names no field']],
  ['a hole in a path', { type: 'type', customer: 'data..id' }, ['source a: "data..id" names no field']],
  ['no tolerance', { type: 'type', toleranceSeconds: 0 }, ['source a: toleranceSeconds must be 1 to 86,400']],
  [
    'half a second',
    { type: 'type', toleranceSeconds: 0.5 },
    ['source a: toleranceSeconds must be 1 to 86,400'],
  ],
  [
    'two days',
    { type: 'type', toleranceSeconds: 172_800 },
    ['source a: toleranceSeconds must be 1 to 86,400'],
  ],
])('a profile that is %s', (_, profile, problems) => {
  expect(profileProblems('a', profile)).toEqual(problems);
});
