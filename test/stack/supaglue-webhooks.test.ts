import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CfnOutput, NestedStack, Stack } from 'aws-cdk-lib/core';
import { deploymentsOf, OUTPUT_MARKER } from '../../lambdas/contract/outputs.ts';
import { StackConfigError, SupaglueWebhooks, type SupaglueWebhooksProps } from '../../lib/construct.ts';
import { BUNDLES_VARIABLE } from '../../lib/function-code.ts';
import { FIXTURE_HANDLERS } from '../fixtures/fixture-app.ts';
import { appIn } from './stack-of.ts';
import {
  type Resource,
  resourceOf,
  resourcesOf,
  standInBundles,
  statementsOf,
  synthesiseTemplate,
  type Template,
} from './synthesised-stack.ts';

const FULL = {
  stage: 'trial',
  alertEmail: 'a@example.com',
  pagerDutySecretArn: arnOf('pd'),
  slackSecretArn: arnOf('slack'),
  databaseSecretArn: arnOf('db'),
  databaseCaSecretArn: arnOf('ca'),
  supaglueApiKeySecretArn: arnOf('key'),
  vpcId: 'vpc-0a1b2c3d',
  subnetIds: 'subnet-0a1b2c3d',
  securityGroupIds: 'sg-0a1b2c3d',
  alertTopicKeyArn: 'arn:aws:kms:eu-central-1:111122223333:key/k',
  tracing: 'true',
  allowedSources: '10.0.0.0/8',
  maxConcurrency: '7',
  batchSize: '3',
  batchWindowSeconds: '2',
  handlerTimeoutSeconds: '40',
};

function arnOf(name: string): string {
  return `arn:aws:secretsmanager:eu-central-1:111122223333:secret:${name}-AbCdEf`;
}

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'webhook-construct-'));
  process.env[BUNDLES_VARIABLE] = await standInBundles(join(directory, 'bundles'));
});
afterAll(() => rm(directory, { recursive: true }));

let apps = 0;
/** A stack that holds whatever is made in it. */
function templateOf(make: (stack: Stack) => void): Template {
  const app = appIn(join(directory, `app-${++apps}`));
  const stack = new Stack(app, 'Mine');
  make(stack);
  return app.synth().getStackByName('Mine').template;
}

const webhooksIn = (stack: Stack, id = 'Default', props: Partial<SupaglueWebhooksProps> = {}) =>
  new SupaglueWebhooks(stack, id, { handlers: FIXTURE_HANDLERS, ...props });

const logicalIds = (template: Template) =>
  Object.fromEntries(Object.entries(template.Resources).map(([id, { Type }]) => [id, Type]));

describe('with the id Default', () => {
  /** Written by version 0.1's own stack, before there was a construct. */
  let before: Record<string, { logicalIds: Record<string, string>; stateful: Record<string, Resource> }>;
  beforeAll(async () => {
    const path = join(import.meta.dirname, 'fixtures/version-0.1.json');
    before = JSON.parse(await readFile(path, 'utf8'));
  });

  test.each([
    ['default', {}],
    ['full', FULL],
  ])('a deployed stack of version 0.1 keeps every resource, and what it holds: %s', async (name, given) => {
    const template = await synthesiseTemplate(given);
    // An address that is subscribed was a part of its id, which every deploy prints: those alone have new ids.
    const kept = Object.entries(before[name]?.logicalIds ?? {}).filter(
      ([, type]) => type !== 'AWS::SNS::Subscription',
    );
    expect(logicalIds(template)).toMatchObject(Object.fromEntries(kept));
    for (const [id, resource] of Object.entries(before[name]?.stateful ?? {})) {
      // What is kept is kept on, also where a first deployment that fails may take it away.
      const { DeletionPolicy, ...rest } = template.Resources[id] as Resource;
      expect(rest).toEqual({ ...resource, DeletionPolicy: undefined });
      expect(DeletionPolicy?.replace('RetainExceptOnCreate', 'Retain')).toBe(resource.DeletionPolicy);
    }
  });

  test('it keeps them also beside a bucket, a table and a secret of the user’s', () => {
    const template = templateOf((stack) => {
      const webhooks = webhooksIn(stack);
      new Bucket(stack, 'Invoices').grantPut(webhooks.consumer);
      new TableV2(stack, 'Seen', { partitionKey: { name: 'id', type: AttributeType.STRING } });
    });
    expect(logicalIds(template)).toMatchObject(before['default']?.logicalIds ?? {});
  });
});

describe('what handlers need', () => {
  test('variables, secrets and grants reach the consumer alone', () => {
    const template = templateOf((stack) => {
      const apiKey = new Secret(stack, 'ApiKey');
      const webhooks = webhooksIn(stack, 'Default', {
        consumer: {
          environment: { BILLING_URL: 'https://billing.example.com' },
          secrets: { BILLING_API_KEY: apiKey },
        },
      });
      new Bucket(stack, 'Invoices').grantPut(webhooks.consumer);
    });
    const variablesOf = (part: string) => {
      const [, { Properties }] = resourceOf(template, 'AWS::Lambda::Function', part);
      return (Properties['Environment'] as { Variables: Record<string, unknown> }).Variables;
    };
    expect(variablesOf('Consumer')).toMatchObject({
      BILLING_URL: 'https://billing.example.com',
      BILLING_API_KEY: { Ref: resourceOf(template, 'AWS::SecretsManager::Secret', 'ApiKey')[0] },
    });
    expect(Object.keys(variablesOf('Ingest'))).not.toContain('BILLING_URL');
    const policy = JSON.stringify(statementsOf(resourceOf(template, 'AWS::IAM::Policy', 'Consumer')[1]));
    expect(policy).toContain('s3:PutObject');
    expect(policy).toContain(resourceOf(template, 'AWS::SecretsManager::Secret', 'ApiKey')[0]);
    expect(JSON.stringify(resourceOf(template, 'AWS::IAM::Policy', 'Ingest'))).not.toContain('s3:');
    expect(deploymentsOf(template)['Default']?.secrets).toEqual(['BILLING_API_KEY']);
  });

  test.each([
    [
      { environment: { QUEUE_URL: 'x' } },
      "consumer.environment.QUEUE_URL is not allowed: it is one of the framework's own",
    ],
    [
      { environment: { AWS_PROFILE: 'x' } },
      'consumer.environment.AWS_PROFILE is not allowed: Lambda sets it',
    ],
    [{ environment: { 'A-B': 'x' } }, 'consumer.environment.A-B is not allowed: a name takes a letter'],
  ])('%j is refused in words', (consumer, message) => {
    const make = () => templateOf((stack) => void webhooksIn(stack, 'Default', { consumer }));
    expect(make).toThrow(StackConfigError);
    expect(make).toThrow(message);
  });

  test('a secret may be given as a token, and a name stands for one thing alone', () => {
    const template = templateOf((stack) => {
      const database = new Secret(stack, 'Database');
      webhooksIn(stack, 'Default', { database: { secretArn: database.secretArn } });
    });
    expect(JSON.stringify(resourceOf(template, 'AWS::IAM::Policy', 'Consumer'))).toContain(
      resourceOf(template, 'AWS::SecretsManager::Secret', 'Database')[0],
    );
    const twice = () =>
      templateOf((stack) => {
        const secrets = { TOKEN: new Secret(stack, 'Token') };
        webhooksIn(stack, 'Default', { consumer: { environment: { TOKEN: 'x' }, secrets } });
      });
    expect(twice).toThrow('consumer.secrets.TOKEN is not allowed: it is also one of consumer.environment');
  });
});

describe('props', () => {
  test('are named in what is refused', () => {
    const make = (props: Partial<SupaglueWebhooksProps>) => () =>
      templateOf((stack) => void webhooksIn(stack, 'Default', props));
    expect(make({ consumer: { maxConcurrency: 1 } })).toThrow(
      'consumer.maxConcurrency=1 is not allowed: it takes a whole number from 2 to 1000',
    );
    expect(make({ alerts: { endpoint: 'http://example.com/key' } })).toThrow(
      /^alerts\.endpoint=http:\/\/example\.com\/… is not allowed/,
    );
    expect(make({ retries: { backoffBaseSeconds: 60, backoffCapSeconds: 30 } })).toThrow(
      'retries.backoffCapSeconds=30 is not allowed: it takes no less than retries.backoffBaseSeconds (60)',
    );
  });

  test('give the template that the same keys of the context give', async () => {
    const byContext = await synthesiseTemplate({
      maxConcurrency: '7',
      allowedSources: '10.0.0.0/8, ::1',
      stage: 'x',
    });
    const byProps = templateOf(
      (stack) =>
        void webhooksIn(stack, 'Default', {
          stage: 'x',
          consumer: { maxConcurrency: 7 },
          ingest: { allowedSources: ['10.0.0.0/8', '::1'] },
        }),
    );
    const without = (template: Template, type: string) =>
      Object.fromEntries(resourcesOf(template, type).map(([id, { Properties }]) => [id, Properties]));
    const [mapping, functions] = ['AWS::Lambda::EventSourceMapping', 'AWS::Lambda::Function'];
    expect(without(byProps, mapping)).toEqual(without(byContext, mapping));
    const environment = (template: Template) =>
      Object.values(without(template, functions)).map((each) => each['Environment']);
    expect(environment(byProps)).toEqual(environment(byContext));
  });
});

describe('what the tools find it by', () => {
  test.each([
    ['http-api', false],
    ['function-url', false],
    ['both', true],
  ] as const)('of the endpoint %s the construct tells its addresses', (endpoint, hasTwo) => {
    let addresses: (string | undefined)[] = [];
    const template = templateOf((stack) => {
      const { webhookUrl, functionWebhookUrl } = webhooksIn(stack, 'Default', { ingest: { endpoint } });
      addresses = [webhookUrl, functionWebhookUrl].map((url) => url && stack.resolve(url));
    });
    const { WebhookUrl, FunctionWebhookUrl } = template.Outputs;
    expect(addresses).toEqual([WebhookUrl?.Value, FunctionWebhookUrl?.Value]);
    expect(addresses[1] !== undefined).toBe(hasTwo);
  });

  test('each output carries its marker; a user’s own output keeps its name', () => {
    const template = templateOf((stack) => {
      webhooksIn(stack);
      new CfnOutput(stack, 'QueueUrl', { value: 'mine' });
      // A template of its own.
      new CfnOutput(new NestedStack(stack, 'Nested'), 'WebhookUrl', { value: 'mine' });
    });
    expect(template.Outputs['QueueUrl']?.Value).toBe('mine');
    const marked = Object.entries(template.Outputs).flatMap(([key, { Description = '' }]) => {
      const [, path, part] = OUTPUT_MARKER.exec(Description) ?? [];
      return part === undefined ? [] : [[key, path, part]];
    });
    expect(marked).toHaveLength(8);
    expect(marked).toContainEqual(['SupaglueWebhooksQueueUrl', 'Default', 'QueueUrl']);
    expect(marked).toContainEqual(['WebhookUrl', 'Default', 'WebhookUrl']);
    const saying = Object.values(template.Outputs).map(({ Description }) => Description?.split(' [')[0]);
    expect(saying).toContain('Paste it into Supaglue, under Settings, Webhooks');
  });

  test('another id names other resources, and two stand beside each other', () => {
    const template = templateOf((stack) => {
      webhooksIn(stack, 'Second', { stage: 'second' });
      webhooksIn(stack);
    });
    const deployments = deploymentsOf(template);
    expect(Object.keys(deployments).sort()).toEqual(['Default', 'Second']);
    for (const { parts } of Object.values(deployments)) {
      for (const id of Object.values(parts)) expect(template.Resources).toHaveProperty(id);
    }
    expect(deployments['Second']?.parts.queue).toMatch(/^Second/);
    const names = resourcesOf(template, 'AWS::CloudWatch::Alarm').map(
      ([, { Properties }]) => Properties['AlarmName'],
    );
    expect(names).toContain('Mine-DeadLetters');
    expect(names).toContain('Mine-Second-DeadLetters');
  });
});
