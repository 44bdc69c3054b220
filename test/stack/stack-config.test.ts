import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { nearestKey } from '../../lib/context-keys.ts';
import { projectDirectory } from '../../lib/project-paths.ts';
import { settingsFromContext } from '../../lib/settings.ts';
import {
  consumerTimeoutSeconds,
  parseSource,
  parseStackConfig,
  StackConfigError,
} from '../../lib/stack-config.ts';

const ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:a/b-AbCdEf';

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
    ['allowedSources', '192.0.2.1/32,2001:db8::1/128'],
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
    ['allowedSources', '192.0.2.0/x8', 'addresses or CIDR blocks'],
    ['allowedSources', '192.0.2.0/8x', 'addresses or CIDR blocks'],
    ['allowedSources', '192.0.2.0/0008', 'addresses or CIDR blocks'],
    ['allowedSources', '2001:db8::/129', 'addresses or CIDR blocks'],
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
      [
        '1:secret:word-AbCdEf',
        '111122223333:secret:word',
        '111122223333:secret:word-AbCdE',
        '111122223333:secret:word-AbCdEf!',
      ].map((end): [string, string, string] => [
        key,
        `arn:aws:secretsmanager:eu-west-1:${end}`,
        'the ARN of a Secrets Manager secret',
      ]),
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

  test('may be false as text, too; no list is empty', () => {
    expect(parseStackConfig({ retainData: 'false' }).retainData).toBe(false);
    expect(problemsOf({ allowedSources: [] })).toHaveLength(1);
    expect(problemsOf({ pagerDutySecretArn: `x${ARN}` })).toHaveLength(1);
  });

  test('that are neither text nor number are shown as JSON', () => {
    expect(problemsOf({ maxConcurrency: null })).toEqual([
      'maxConcurrency=null is not allowed: it takes a whole number from 2 to 1000',
    ]);
    expect(problemsOf({ tracing: ['true'] })[0]).toContain('tracing=["true"]');
  });

  test('are shown on one line, and not at length', () => {
    expect(problemsOf({ stage: 'a\n\nb' })[0]).toMatch(/^stage=a b is not allowed/);
    expect(problemsOf({ stage: 'c'.repeat(80) })[0]).toMatch(/^stage=c{80} is not allowed/);
    expect(problemsOf({ stage: `a\nb${'c'.repeat(200)}` })[0]).toMatch(/^stage=a bc{77}… is not allowed/);
  });

  test('of an alert endpoint are shown without what may be its key', () => {
    expect(problemsOf({ alertEndpoint: 'http://me:word@events.example.com/integration/key?a=b' })).toEqual([
      'alertEndpoint=http://events.example.com/… is not allowed: it takes an https:// URL',
    ]);
  });

  test.each(['events.example.com/integration/key', 'see https://events.example.com/key', 'word'])(
    'of what is no alert endpoint are not shown: %s',
    (value) => {
      expect(problemsOf({ alertEndpoint: value })).toEqual([
        'alertEndpoint=… is not allowed: it takes an https:// URL',
      ]);
    },
  );

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
    expect(problemsOf({ backoffBaseSeconds: '900' })).toEqual([]);
  });

  test('several wrong ones are all named', () => {
    expect(problemsOf({ maxConcurrency: '1', alertEmail: 'x', stge: 'dev' })).toHaveLength(3);
  });
});

describe('with a database', () => {
  const database = { databaseSecretArn: ARN };

  test.each(['app', '_app', 'a1', 'a'.repeat(63)])('%s may name a schema', (name) => {
    expect(problemsOf({ ...database, supaglueSchema: name, applicationSchema: 'other' })).toEqual([]);
  });

  test.each(['', '1a', 'App', 'a-b', 'ä', 'a'.repeat(64), 'x a'])('%j names none', (name) => {
    expect(problemsOf({ ...database, supaglueSchema: name })).toEqual([
      expect.stringContaining('a name of at most 63 of a-z, 0-9 and _'),
    ]);
  });

  test('schemas of connections may be text or a map', () => {
    const map = { 'connection-1': 'tenant_a', 'customer:2': 'B-c' };
    expect(
      [' connection-1 = tenant_a ,customer:2=B-c', map].map(
        (connectionSchemas) => parseStackConfig({ ...database, connectionSchemas }).connectionSchemas,
      ),
    ).toEqual([map, map]);
  });

  test.each([
    ['no schema', 'connection-1'],
    ['an empty schema', 'connection-1='],
    ['no id', '=tenant'],
    ['an id with a space', { 'a b': 'tenant' }],
    ['an id with a comma', { 'a,b': 'tenant' }],
    ['an id that is too long', { ['a'.repeat(257)]: 'tenant' }],
    ['a schema with a space', { a: 'ten ant' }],
    ['a schema that begins with a digit', { a: '1a' }],
    ['a schema that is too long', { a: 'a'.repeat(64) }],
    ['an empty one among others', 'a=b,'],
  ])('a map of connections with %s is refused', (_what, connectionSchemas) => {
    expect(problemsOf({ ...database, connectionSchemas })).toEqual([
      expect.stringContaining('ids of connections or customers with their schemas'),
    ]);
  });

  test('a map of connections may have 2,000 characters as JSON, and no more', () => {
    const map = (length: number) => {
      const ids = Array.from({ length: 7 }, (_, index) => [`${index}${'a'.repeat(250)}`, 'tenant']);
      const short = JSON.stringify(Object.fromEntries([...ids, ['b', 't']])).length;
      return Object.fromEntries([...ids, [`b${'b'.repeat(length - short)}`, 't']]);
    };
    expect(JSON.stringify(map(2_000))).toHaveLength(2_000);
    expect(problemsOf({ ...database, connectionSchemas: map(2_000) })).toEqual([]);
    expect(problemsOf({ ...database, connectionSchemas: map(2_001) })).toHaveLength(1);
  });

  const network = { vpcId: 'vpc-0a1b2c3d', subnetIds: 'subnet-0a1b2c3d', securityGroupIds: ['sg-0a1b2c3d'] };
  const ids = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(8, '0')}`);
  test.each([
    ['subnetIds', 16, 'subnet'],
    ['securityGroupIds', 5, 'sg'],
  ])('%s are 1 to %i', (key, maximum, prefix) => {
    const problems = (given: unknown) => problemsOf({ ...database, ...network, [key]: given });
    expect([problems(ids(prefix, maximum)), problems(ids(prefix, 2).join(' , '))]).toEqual([[], []]);
    for (const wrong of [[], '', ids(prefix, maximum + 1), [`${prefix}-0`], [`x${prefix}-0a1b2c3d`]]) {
      expect(problems(wrong)).toEqual([expect.stringContaining(`1 to ${maximum} ids like ${prefix}-`)]);
    }
  });

  test('what belongs to one is refused without one', () => {
    expect(problemsOf({ supaglueSchema: 'supaglue' })).toHaveLength(1);
  });
});

describe('a source', () => {
  test('may have limits of its own', () => {
    const given = { allowedSources: '192.0.2.7', throttleRate: '5', throttleBurst: 10 };
    expect(parseSource('openai', given)).toEqual({
      allowedSources: ['192.0.2.7'],
      throttleRate: 5,
      throttleBurst: 10,
    });
    expect([parseSource('openai', {}), parseSource('openai', { throttleRate: 5 })]).toEqual([
      {},
      { throttleRate: 5 },
    ]);
  });

  test.each([
    [{ throttleBurst: 5 }, /^sources\.openai\.throttleBurst: it takes a throttleRate beside it$/],
    [{ throttleRate: 0 }, /^sources\.openai\.throttleRate: /],
    [{ throttleRate: 1, throttleBurst: 0 }, /^sources\.openai\.throttleBurst: /],
    [{ rate: 5 }, /^sources\.openai: .*rate/],
  ])('with %j is refused', (given, problem) => {
    expect(() => parseSource('openai', given)).toThrow(StackConfigError);
    expect(() => parseSource('openai', given)).toThrow(problem);
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
