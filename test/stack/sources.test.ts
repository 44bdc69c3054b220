import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { IngestEnvironment } from '../../lambdas/contract/environment.ts';
import { deploymentsOf } from '../../lambdas/contract/outputs.ts';
import type { SourceProfile } from '../../lambdas/contract/source.ts';
import { SupaglueWebhooks, type SupaglueWebhooksProps } from '../../lib/construct.ts';
import { BUNDLES_VARIABLE } from '../../lib/function-code.ts';
import type { SourceProps } from '../../lib/props.ts';
import { StackConfigError } from '../../lib/stack-config.ts';
import { profileProblems, WebhookSources } from '../../lib/webhook-sources.ts';
import { FIXTURE_HANDLERS } from '../fixtures/fixture-app.ts';
import { readPermissions, sentence } from './permissions-reader.ts';
import { faultsOf } from './permissions-rules.ts';
import { EVERY_STACK, OF_A_SOURCE } from './permissions-table.ts';
import { appIn, violationsIn } from './stack-of.ts';
import { type Json, resourceOf, resourcesOf, standInBundles, type Template } from './synthesised-stack.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'webhook-sources-'));
  process.env[BUNDLES_VARIABLE] = await standInBundles(join(directory, 'bundles'));
});
afterAll(() => rm(directory, { recursive: true }));

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
  const app = appIn(outdir);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const stack = new Stack(app, 'Trial');
  new SupaglueWebhooks(stack, 'Default', { handlers: FIXTURE_HANDLERS, ...props });
  const { template } = app.synth().getStackArtifact(stack.artifactId);
  return { template, findings: violationsIn(outdir) };
}

describe('a stack with another source', () => {
  test('has a throttled route for it, which is made when the consumer knows it', async () => {
    const { template, findings } = await synthesised({
      sources: { openai: { throttleRate: 20 }, acme: { throttleRate: 5, throttleBurst: 7 }, billing: {} },
    });
    expect(findings).toEqual([]);
    const [, stage] = resourceOf(template, 'AWS::ApiGatewayV2::Stage');
    // CloudFormation passes these keys on as they are written.
    expect(stage.Properties['RouteSettings']).toEqual({
      'POST /webhooks/openai': { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40 },
      'POST /webhooks/acme': { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 7 },
    });
    const routes = resourcesOf(template, 'AWS::ApiGatewayV2::Route');
    expect(routes.map(([, { Properties }]) => Properties['RouteKey']).sort()).toEqual([
      'POST /webhooks',
      'POST /webhooks/acme',
      'POST /webhooks/billing',
      'POST /webhooks/openai',
    ]);
    const { parts, sources = {} } = deploymentsOf(template)['Default'] ?? {};
    const idOf = new Map(routes.map(([id, { Properties }]) => [Properties['RouteKey'], id]));
    for (const [name, source] of Object.entries(sources)) {
      expect(source).toEqual({
        signingSecret: expect.stringContaining(`Sources${name}`),
        route: idOf.get(`POST /webhooks/${name}`),
      });
    }
    expect(Object.keys(sources).sort()).toEqual(['acme', 'billing', 'openai']);
    for (const [, route] of routes) {
      const isOfSource = route.Properties['RouteKey'] !== 'POST /webhooks';
      const after = Reflect.get(route, 'DependsOn') ?? [];
      expect(after.includes(parts?.consumer)).toBe(isOfSource);
    }
  });

  test('without a limit leaves the stage as it is without it', async () => {
    const none = await synthesised({ sources: {} });
    const one = await synthesised({ sources: { openai: {} } });
    const stageOf = ({ template }: typeof none) => resourceOf(template, 'AWS::ApiGatewayV2::Stage');
    expect(stageOf(one)).toEqual(stageOf(none));
  });

  test('allows ingest to read its secret, and nothing else', async () => {
    const { template } = await synthesised({ sources: { openai: {} } });
    const permissions = readPermissions(template);
    const added = permissions.map(sentence).filter((line) => !Object.hasOwn(EVERY_STACK, line));
    expect(added.sort()).toEqual(Object.keys(OF_A_SOURCE).sort());
    expect(permissions.flatMap((each) => faultsOf(each, new Set()))).toEqual([]);
  });

  test('tells ingest of it, and of none where there is none', async () => {
    const variables = ({ template }: Awaited<ReturnType<typeof synthesised>>) =>
      resourceOf(template, 'AWS::Lambda::Function', 'Ingest')[1].Properties['Environment'] as {
        readonly Variables: Json;
      };
    const none = await synthesised({ sources: {} });
    expect(variables(none).Variables).not.toHaveProperty(IngestEnvironment.SOURCES);
    expect(deploymentsOf(none.template)['Default']).not.toHaveProperty('sources');
    const one = await synthesised({ sources: { openai: {} } });
    expect(JSON.stringify(variables(one).Variables[IngestEnvironment.SOURCES])).toContain('openai');
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

describe('what ingest is told of its sources', () => {
  function made(sources: Readonly<Record<string, SourceProps>>) {
    const stack = new Stack(appIn(join(directory, 'unwritten')), 'Trial');
    const props = { sources, endpoint: 'http-api', removalPolicy: RemovalPolicy.DESTROY } as const;
    return { stack, sources: new WebhookSources(stack, 'Sources', props) };
  }
  const registered = (...names: readonly string[]) => ({
    ...{ byType: {}, any: [] },
    sources: Object.fromEntries(names.map((name) => [name, { type: 'kind', any: ['bill'] }])),
  });

  test('is how each is read, with its secret and from where it may come, and not who handles it', () => {
    const { stack, sources } = made({
      acme: { allowedSources: ['192.0.2.1', '198.51.100.0/24'] },
      billing: {},
    });
    const text = stack.resolve(sources.variable(registered('acme', 'billing'), 0));
    const secretId = 'arn:secret';
    expect(
      JSON.parse(
        text['Fn::Join'][1].map((part: unknown) => (typeof part === 'string' ? part : secretId)).join(''),
      ),
    ).toEqual({
      acme: { type: 'kind', secretId, allowedSources: '192.0.2.1,198.51.100.0/24' },
      billing: { type: 'kind', secretId },
    });
  });

  test('is nothing without sources, whether or not the handlers could be asked', () => {
    const { sources } = made({});
    const answers = [registered(), { byType: {}, any: [] }, { problem: 'it threw' }];
    expect(answers.map((each) => sources.variable(each, 0))).toEqual([undefined, undefined, undefined]);
  });

  test('has to fit what the handlers are for, both ways', () => {
    const { sources } = made({ acme: {}, billing: {} });
    expect(() => sources.variable({ problem: 'it threw' }, 0)).toThrow(
      new StackConfigError(['sources: the handlers could not be asked which they are for (it threw)']),
    );
    const empty = registered('billing', 'other');
    empty.sources['billing'] = { type: '', any: [] };
    expect(() => sources.variable(empty, 0)).toThrow(
      new StackConfigError([
        "sources.acme: no handlers are registered for it: router.from('acme', …)",
        "handlers are registered for the source other, which the stack's sources do not name",
        'source billing: "" names no field',
      ]),
    );
  });

  test('takes its share of the variables, counted with the longest ARN, and no byte more', () => {
    const { sources } = made({ acme: {} });
    const bytes = JSON.stringify({ acme: { type: 'kind', secretId: 'x'.repeat(150) } }).length;
    expect(sources.variable(registered('acme'), 3_200 - bytes)).toBeDefined();
    expect(() => sources.variable(registered('acme'), 3_201 - bytes)).toThrow(
      "with their allowedSources they take 3201 bytes of ingest's variables, of at most 3200",
    );
  });

  test('each secret says whose it is, and what it may hold', async () => {
    const { template } = await synthesised({ sources: { acme: {} } });
    const outputs = Object.values(template.Outputs).map(({ Description }) => Description?.split(' [')[0]);
    expect(outputs).toContain('Secret that takes the signing secret of this source');
    const secrets = resourcesOf(template, 'AWS::SecretsManager::Secret');
    expect(secrets.map(([, { Properties }]) => Properties['Description']).sort()).toEqual([
      'Signing secret (whsec_... or whpk_...) of the source acme; several separated by spaces',
      'Signing secret (whsec_...) of the Supaglue webhook endpoint; several separated by spaces',
    ]);
  });
});

test.each<[string, SourceProfile, readonly string[]]>([
  ['whole', { type: { header: 'x-type' }, customer: 'data.id', toleranceSeconds: 60 }, []],
  ['as patient as it may be', { type: 'type', toleranceSeconds: 86_400 }, []],
  ['an empty header', { type: { header: '' } }, ['source a: "" names no field']],
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
