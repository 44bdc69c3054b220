import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { type App, type Stack, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { BUNDLES_VARIABLE } from '../../lib/function-code.ts';
import { appIn, stackOf, violationsIn } from './stack-of.ts';
import { standInBundles } from './synthesised-stack.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'webhook-nag-'));
  process.env[BUNDLES_VARIABLE] = await standInBundles(join(directory, 'bundles'));
});
afterAll(() => rm(directory, { recursive: true }));

function build(name: string, configuration: Record<string, unknown>) {
  const app = appIn(join(directory, name));
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { app, stack: stackOf(app, configuration) };
}

async function findings(name: string, app: App): Promise<readonly string[]> {
  try {
    app.synth();
  } catch (error) {
    expect(String(error)).toContain('ValidationFailed');
  }
  return violationsIn(join(directory, name));
}

function acknowledgements(stack: Stack): ReadonlyArray<readonly [string, string, string]> {
  return stack.node
    .findAll()
    .flatMap(({ node }) =>
      node.metadata
        .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
        .flatMap(({ data }) =>
          Object.entries<string>(data).map(([id, reason]) => [node.path, id, reason] as const),
        ),
    );
}

describe('cdk-nag’s AwsSolutions pack', () => {
  test('finds nothing that is not acknowledged', async () => {
    const { app } = build('plain', {});
    expect(await findings('plain', app)).toEqual([]);
  });

  test('finds nothing with every option set', async () => {
    const { app } = build('full', {
      tracing: 'true',
      retainData: 'false',
      alertEmail: 'on-call@example.com',
      alertEndpoint: 'https://events.example.com/enqueue',
      alertTopicKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d',
      databaseSecretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:database-AbCdEf',
      supaglueApiKeySecretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:api-key-AbCdEf',
      reconcileMinutes: '30',
      vpcId: 'vpc-0a1b2c3d',
      subnetIds: 'subnet-0a1b2c3d',
      securityGroupIds: 'sg-0a1b2c3d',
    });
    expect(await findings('full', app)).toEqual([]);
  });

  test.each(['function-url', 'both'])('finds nothing with endpoint=%s', async (endpoint) => {
    const { app } = build(endpoint, { endpoint });
    expect(await findings(endpoint, app)).toEqual([]);
  });

  test('is awake: a second secret without rotation is found', async () => {
    const { app, stack } = build('broken', {});
    new CfnSecret(stack, 'Unexplained');
    expect(await findings('broken', app)).toEqual(['AwsSolutions-SMG4']);
  });

  test('is told no more than what is explained', () => {
    const given = acknowledgements(build('list', {}).stack);
    expect(given.map(([path, id]) => `${path}: ${id}`)).toEqual([
      'SupaglueWebhooks-prod/Default/SigningSecret/Resource: AwsSolutions::AwsSolutions-SMG4',
      'SupaglueWebhooks-prod/Default/IngestApi/Api/POST--webhooks: AwsSolutions::AwsSolutions-APIG4',
    ]);
    for (const [, , reason] of given) expect(reason.length).toBeGreaterThan(60);
  });
});
