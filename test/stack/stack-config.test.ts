import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { nearestKey } from '../../lib/context-keys.ts';
import { projectDirectory } from '../../lib/project-paths.ts';
import { settingsFromContext } from '../../lib/settings.ts';
import { consumerTimeoutSeconds, parseStackConfig, StackConfigError } from '../../lib/stack-config.ts';

function problemsOf(context: Record<string, unknown>): readonly string[] {
  try {
    parseStackConfig(context);
  } catch (error) {
    if (error instanceof StackConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('defaults', () => {
  test('are complete', () => {
    expect(parseStackConfig({})).toEqual({
      stage: 'prod',
      alertWindowSeconds: 3600,
      endpoint: 'http-api',
      throttleRate: 100,
      throttleBurst: 200,
      maxConcurrency: 5,
      batchSize: 10,
      batchWindowSeconds: 0,
      maxAttempts: 12,
      backoffBaseSeconds: 10,
      backoffCapSeconds: 900,
      handlerTimeoutSeconds: 25,
      ledgerRetentionDays: 100,
      logRetentionDays: 30,
      tracing: false,
      retainData: true,
      supaglueSchema: 'supaglue',
      applicationSchema: 'app',
      cleanSupaglueTables: false,
      supaglueApiUrl: 'https://api.supaglue.io/mgmt/v2',
      reconcileGraceMinutes: 60,
      reconcileGonePercent: 20,
    });
  });

  test('cannot be changed afterwards', () => {
    expect(Object.isFrozen(parseStackConfig({}))).toBe(true);
  });

  test('give the consumer the handlers’ time and ten seconds', () => {
    expect(consumerTimeoutSeconds(parseStackConfig({}))).toBe(35);
    expect(consumerTimeoutSeconds(parseStackConfig({ handlerTimeoutSeconds: '890' }))).toBe(900);
  });
});

describe('values', () => {
  test('may be text, as -c gives them, or JSON, as cdk.json does', () => {
    expect(parseStackConfig({ maxConcurrency: '20', tracing: 'true' })).toEqual(
      parseStackConfig({ maxConcurrency: 20, tracing: true }),
    );
  });

  test.each([
    ['maxConcurrency', '2'],
    ['maxConcurrency', '1000'],
    ['batchWindowSeconds', '300'],
    ['backoffCapSeconds', '39600'],
    ['ledgerRetentionDays', '22'],
    ['logRetentionDays', '3653'],
    ['stage', 'a'],
    ['alertEndpoint', 'https://events.example.com/x/enqueue?y=1'],
    ['alertWindowSeconds', '0'],
    ['pagerDutySecretArn', 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:a/b-AbCdEf'],
    ['slackSecretArn', 'arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:slack-AbCdEf'],
    ['alertTopicKeyArn', 'arn:aws-cn:kms:cn-north-1:111122223333:key/mrk-1'],
    ['allowedSources', '0.0.0.0/0'],
    ['allowedSources', '192.0.2.7,198.51.100.0/24 , 2001:db8::/32,::1'],
  ])('%s=%s is accepted', (key, value) => {
    expect(problemsOf({ [key]: value })).toEqual([]);
  });

  test.each([
    ['stage', 'Prod', '1 to 20 of a-z, 0-9 and -'],
    ['stage', 'a'.repeat(21), '1 to 20 of a-z, 0-9 and -'],
    ['alertEmail', 'nobody', 'an email address'],
    ['maxConcurrency', '1', 'a whole number from 2 to 1000'],
    ['maxConcurrency', '1001', 'a whole number from 2 to 1000'],
    ['maxConcurrency', '5.5', 'a whole number from 2 to 1000'],
    ['maxConcurrency', '', 'a whole number from 2 to 1000'],
    ['maxConcurrency', '1e2', 'a whole number from 2 to 1000'],
    ['batchSize', '11', 'a whole number from 1 to 10'],
    ['batchWindowSeconds', '-1', 'a whole number from 0 to 300'],
    ['maxAttempts', '0', 'a whole number from 1 to 40'],
    ['backoffCapSeconds', '39601', 'a whole number from 1 to 39600'],
    ['handlerTimeoutSeconds', '891', 'a whole number from 1 to 890'],
    ['ledgerRetentionDays', '21', 'a whole number from 22 to 3650'],
    ['logRetentionDays', '31', 'one of 1, 3, 5, 7, 14, 30, 60'],
    ['tracing', 'yes', 'true or false'],
    ['retainData', '0', 'true or false'],
    ['allowedSources', '', 'addresses or CIDR blocks'],
    ['allowedSources', '192.0.2.0/33', 'addresses or CIDR blocks'],
    ['allowedSources', '192.0.2.0/24/8', 'addresses or CIDR blocks'],
    ['allowedSources', '192.0.2.1,', 'addresses or CIDR blocks'],
    ['allowedSources', 'fe80::1%eth0', 'addresses or CIDR blocks'],
    ['allowedSources', 'fe80::%eth0/64', 'addresses or CIDR blocks'],
    ['allowedSources', 'svix.example.com', 'addresses or CIDR blocks'],
    ['alertTopicKeyArn', 'alias/aws/sns', 'the ARN of a KMS key'],
    ['alertWindowSeconds', '604801', 'a whole number from 0 to 604800'],
    ...[
      'pagerDutySecretArn',
      'slackSecretArn',
      'databaseSecretArn',
      'databaseCaSecretArn',
      'supaglueApiKeySecretArn',
    ].flatMap((key) =>
      ['1:secret:word-AbCdEf', '111122223333:secret:word', '111122223333:secret:word-AbCdE'].map(
        (end): [string, string, string] => [
          key,
          `arn:aws:secretsmanager:eu-west-1:${end}`,
          'the ARN of a Secrets Manager secret',
        ],
      ),
    ),
  ])('%s=%s is refused in one line that says what is allowed', (key, value, allowed) => {
    const [problem, ...others] = problemsOf({ [key]: value });
    expect(others).toEqual([]);
    expect(problem).toContain(`${key}=${value} is not allowed: it takes ${allowed}`);
  });

  test('of allowed sources may have 3,000 characters, and no more: a function’s variables have 4 KB', () => {
    const addresses = (count: number, last: string) => [...Array(count).fill('192.0.2.100'), last].join(',');
    expect(addresses(249, '2001:db8::ff')).toHaveLength(3_000);
    expect(problemsOf({ allowedSources: addresses(249, '2001:db8::ff') })).toEqual([]);
    expect(problemsOf({ allowedSources: addresses(249, '2001:db8::fff') })).toEqual([
      expect.stringContaining('at most 3,000 characters'),
    ]);
  });

  test('that are neither text nor number are shown as JSON', () => {
    expect(problemsOf({ maxConcurrency: null })).toEqual([
      'maxConcurrency=null is not allowed: it takes a whole number from 2 to 1000',
    ]);
    expect(problemsOf({ tracing: ['true'] })[0]).toContain('tracing=["true"]');
  });

  test('are shown on one line, and not at length', () => {
    expect(problemsOf({ stage: `a\nb${'c'.repeat(200)}` })[0]).toMatch(/^stage=a bc{77}… is not allowed/);
  });

  test('of an alert endpoint are shown without what may be its key', () => {
    expect(problemsOf({ alertEndpoint: 'http://me:word@events.example.com/integration/key?a=b' })).toEqual([
      'alertEndpoint=http://events.example.com/… is not allowed: it takes an https:// URL',
    ]);
  });

  test('of a secret’s ARN are not shown when they may be the secret itself', () => {
    expect(problemsOf({ slackSecretArn: 'https://hooks.example.com/services/word' })).toEqual([
      expect.stringMatching(/^slackSecretArn=… is not allowed: it takes the ARN of a Secrets Manager secret/),
    ]);
  });

  test('longest wait below the first one', () => {
    expect(problemsOf({ backoffBaseSeconds: '60', backoffCapSeconds: '30' })).toEqual([
      'backoffCapSeconds=30 is not allowed: it takes no less than backoffBaseSeconds (60)',
    ]);
    expect(problemsOf({ backoffBaseSeconds: '1000' })).toHaveLength(1);
  });

  test('several wrong ones are all named', () => {
    expect(problemsOf({ maxConcurrency: '1', alertEmail: 'x', stge: 'dev' })).toHaveLength(3);
  });
});

describe('unknown keys', () => {
  test.each([
    ['maxConcurency', 'did you mean maxConcurrency?'],
    ['max-concurrency', 'did you mean maxConcurrency?'],
    ['alert_email', 'did you mean alertEmail?'],
    ['ALERTEMAIL', 'did you mean alertEmail?'],
    ['retain', 'the keys are stage, alertEmail'],
    ['kmsKey', 'the keys are stage, alertEmail'],
  ])('%s: %s', (key, hint) => {
    expect(problemsOf({ [key]: 'x' })).toEqual([
      expect.stringMatching(new RegExp(`^${key} is not a configuration key: ${hint.replace('?', '\\?')}`)),
    ]);
  });

  test('that CDK puts there are left alone', () => {
    const { context } = JSON.parse(readFileSync(`${projectDirectory}cdk.json`, 'utf8'));
    expect(Object.keys(context).length).toBeGreaterThan(50);
    const ofCdk = {
      ...context,
      'aws:cdk:enable-path-metadata': true,
      'aws:cdk:bundling-stacks': ['**'],
      '@aws-cdk/core:anythingNew': true,
      'cdk-migrate': true,
      'availability-zones:account=111122223333:region=eu-west-1': ['eu-west-1a'],
      'acknowledged-issue-numbers': [1],
    };
    expect(settingsFromContext({ node: { getAllContext: () => ofCdk } })).toEqual({ stage: 'prod' });
  });

  test('the nearest key is none when none is near', () => {
    expect(nearestKey('xyz', ['stage', 'tracing'])).toBeUndefined();
    expect(nearestKey('stag', ['stage', 'tracing'])).toBe('stage');
  });
});
