import { describe, expect, test } from '@jest/globals';
import { nearestKey, stackContext } from '../../lib/context-keys.ts';
import { configOf, settingsFromContext } from '../../lib/settings.ts';
import { CONFIG_KEYS, parseStackConfig, StackConfigError } from '../../lib/stack-config.ts';

const arn = (name: string) => `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${name}-AbCdEf`;
/** Every key, with a value that is not its default and no other key's. */
const CONTEXT = {
  stage: 'dev',
  alertEmail: 'ada@example.com',
  alertEndpoint: 'https://events.example.com/x',
  alertWindowSeconds: 61,
  pagerDutySecretArn: arn('pager'),
  slackSecretArn: arn('slack'),
  endpoint: 'both',
  throttleRate: 62,
  throttleBurst: 63,
  maxConcurrency: 64,
  batchSize: 7,
  batchWindowSeconds: 65,
  maxAttempts: 8,
  backoffBaseSeconds: 66,
  backoffCapSeconds: 67,
  handlerTimeoutSeconds: 68,
  ledgerRetentionDays: 69,
  logRetentionDays: 90,
  allowedSources: ['192.0.2.7'],
  tracing: true,
  retainData: false,
  alertTopicKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/mrk-1',
  databaseSecretArn: arn('database'),
  databaseCaSecretArn: arn('ca'),
  supaglueSchema: 'theirs',
  applicationSchema: 'ours',
  cleanSupaglueTables: true,
  supaglueApiKeySecretArn: arn('api-key'),
  supaglueApiUrl: 'https://supaglue.example.com/mgmt/v2',
  reconcileMinutes: 71,
  reconcileGraceMinutes: 72,
  reconcileGonePercent: 73,
  connectionSchemas: { connection: 'tenant' },
  vpcId: 'vpc-0a1b2c3d',
  subnetIds: ['subnet-0a1b2c3d'],
  securityGroupIds: ['sg-0a1b2c3d'],
};
const SETTINGS = {
  stage: 'dev',
  alerts: {
    email: 'ada@example.com',
    endpoint: 'https://events.example.com/x',
    windowSeconds: 61,
    pagerDutySecretArn: arn('pager'),
    slackSecretArn: arn('slack'),
    topicKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/mrk-1',
  },
  ingest: { endpoint: 'both', throttleRate: 62, throttleBurst: 63, allowedSources: ['192.0.2.7'] },
  consumer: { maxConcurrency: 64, batchSize: 7, batchWindowSeconds: 65, handlerTimeoutSeconds: 68 },
  retries: { maxAttempts: 8, backoffBaseSeconds: 66, backoffCapSeconds: 67 },
  ledgerRetentionDays: 69,
  logRetentionDays: 90,
  tracing: true,
  retainData: false,
  database: {
    secretArn: arn('database'),
    caSecretArn: arn('ca'),
    supaglueSchema: 'theirs',
    applicationSchema: 'ours',
    cleanSupaglueTables: true,
    supaglueApiKeySecretArn: arn('api-key'),
    supaglueApiUrl: 'https://supaglue.example.com/mgmt/v2',
    connectionSchemas: { connection: 'tenant' },
    network: {
      vpcId: 'vpc-0a1b2c3d',
      subnetIds: ['subnet-0a1b2c3d'],
      securityGroupIds: ['sg-0a1b2c3d'],
    },
  },
  reconcile: { minutes: 71, graceMinutes: 72, gonePercent: 73 },
};
const fromContext = (context: Record<string, unknown>, others: readonly string[] = []) =>
  settingsFromContext({ node: { getAllContext: () => context } }, { others });

describe('settings', () => {
  test('have a place for each key of the context, and give the configuration that it gives', () => {
    expect(Object.keys(CONTEXT).sort()).toEqual([...CONFIG_KEYS].sort());
    expect(fromContext(CONTEXT)).toEqual(SETTINGS);
    expect(configOf(SETTINGS as never)).toEqual(parseStackConfig(CONTEXT));
  });

  test('that are not given stay away', () => {
    expect(fromContext({})).toEqual({ stage: 'prod' });
    expect(fromContext({ maxConcurrency: '5' })).toEqual({ stage: 'prod', consumer: { maxConcurrency: 5 } });
    expect(configOf({})).toEqual(parseStackConfig({}));
    expect(configOf({ alerts: {}, database: undefined } as never)).toEqual(parseStackConfig({}));
  });

  test('are named by their property where they are refused', () => {
    expect(() => configOf({ consumer: { maxConcurrency: 1 }, tracing: 'yes' as never })).toThrow(
      new StackConfigError([
        'consumer.maxConcurrency=1 is not allowed: it takes a whole number from 2 to 1000',
        'tracing=yes is not allowed: it takes true or false',
      ]),
    );
  });

  test('leave a user’s own keys of the context alone', () => {
    expect(fromContext({ team: 'x', tracing: true }, ['team'])).toEqual({ stage: 'prod', tracing: true });
    expect(() => fromContext({ team: 'x' })).toThrow('team is not a configuration key');
  });
});

test('what CDK and its command line put into the context is theirs', () => {
  const theirs = [
    '@aws-cdk/core:x',
    'aws:cdk:x',
    'a/b',
    'cdk-migrate',
    'acknowledged-issue-numbers',
    'cli-telemetry',
  ];
  const context = Object.fromEntries([...theirs, 'stage', 'x-cdk-y'].map((key) => [key, key]));
  expect(stackContext(context)).toEqual({ stage: 'stage', 'x-cdk-y': 'x-cdk-y' });
});

describe('the nearest key', () => {
  test.each([
    ['one letter is another', 'abc', 'axc', true],
    ['two are', 'abc', 'xyc', false],
    ['one is missing', 'abd', 'abcd', true],
    ['two are', 'abc', 'abcde', false],
    ['one is too many', 'abc', 'ab', true],
    ['two are', 'abc', 'a', false],
    ['a third of them may be', 'abcdef', 'abxyef', true],
    ['and no more', 'abcdef', 'xyzdef', false],
    ['a part of a third counts', 'abcd', 'abxy', true],
    ['none is the same', 'abc', 'xyz', false],
    ['none is, and one is too many', 'a', 'xy', false],
  ])('%s', (_what, key, known, isNear) => {
    expect(nearestKey(key, [known])).toBe(isNear ? known : undefined);
  });

  test('is the nearest of several, and none of none', () => {
    expect(nearestKey('stagee', ['storage', 'stage', 'stages'])).toBe('stage');
    expect(nearestKey('stage', [])).toBeUndefined();
  });
});
