import { describe, expect, test } from '@jest/globals';
import { databaseEnvironment } from '../../lib/consumer-database.ts';
import { parseStackConfig, StackConfigError } from '../../lib/stack-config.ts';

const ARN = (name: string) => `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${name}-AbCdEf`;
const DATABASE = { databaseSecretArn: ARN('database') };

function problemsOf(context: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    parseStackConfig(context);
    return [];
  } catch (error) {
    if (error instanceof StackConfigError) return error.problems;
    throw error;
  }
}

describe('the configuration of a database', () => {
  test.each([
    ['databaseCaSecretArn', ARN('authority')],
    ['supaglueSchema', 'crm'],
    ['applicationSchema', 'crm'],
    ['cleanSupaglueTables', 'true'],
    ['supaglueApiKeySecretArn', ARN('key')],
    ['supaglueApiUrl', 'https://supaglue.example.com/mgmt/v2'],
    ['connectionSchemas', 'connection-1=tenant_1'],
  ])('%s alone says what it needs', (key, value) => {
    expect(problemsOf({ [key]: value })).toEqual([
      `${key} needs databaseSecretArn: without it no handler uses a database`,
    ]);
    expect(problemsOf({ ...DATABASE, [key]: value })).toEqual([]);
  });

  test('a network is whole or not there', () => {
    const network = { vpcId: 'vpc-0a1b2c3d', subnetIds: 'subnet-0a1b2c3d', securityGroupIds: 'sg-0a1b2c3d' };
    expect(problemsOf({ ...DATABASE, ...network })).toEqual([]);
    expect(problemsOf({ ...DATABASE, vpcId: network.vpcId })).toEqual([
      'vpcId, subnetIds and securityGroupIds go together: subnetIds and securityGroupIds are missing',
    ]);
    const { vpcId, subnetIds } = network;
    expect(problemsOf({ ...DATABASE, vpcId, subnetIds })).toEqual([
      'vpcId, subnetIds and securityGroupIds go together: securityGroupIds is missing',
    ]);
    expect(problemsOf(network)).toHaveLength(3);
  });

  test.each([
    ['supaglueSchema', 'app; drop schema app'],
    ['applicationSchema', 'App'],
    ['applicationSchema', 'a'.repeat(64)],
    ['subnetIds', 'subnet-0a1b2c3d;subnet-1a1b2c3d'],
    ['securityGroupIds', 'sg-0a1b2c3d,subnet-0a1b2c3d'],
    ['vpcId', 'my-vpc'],
    ['supaglueApiUrl', 'http://supaglue.example.com/mgmt/v2'],
    ['supaglueApiUrl', 'https://supaglue.example.com/mgmt/v2/'],
    ['connectionSchemas', 'connection-1'],
    ['connectionSchemas', 'connection-1="x"'],
    ['connectionSchemas', '=tenant'],
    ['connectionSchemas', `c=${'x'.repeat(64)}`],
  ])('%s=%s is refused', (key, value) => {
    expect(problemsOf({ ...DATABASE, [key]: value })[0]).toContain(`${key}=${value.slice(0, 80)}`);
  });

  test('a secret’s value in place of its ARN is not repeated', () => {
    const [problem = ''] = problemsOf({ databaseSecretArn: 'postgres://user:hunter2@db.example.com/app' });
    expect(problem).toMatch(/^databaseSecretArn=… is not allowed/);
  });
});

describe('what the database handlers read', () => {
  const OF_A_DATABASE = {
    DATABASE_SECRET_ID: ARN('database'),
    SUPAGLUE_SCHEMA: 'supaglue',
    APPLICATION_SCHEMA: 'app',
    CLEAN_SUPAGLUE_TABLES: 'false',
  };
  const OF_AN_API_KEY = {
    SUPAGLUE_API_KEY_SECRET_ID: ARN('key'),
    SUPAGLUE_API_URL: 'https://api.supaglue.io/mgmt/v2',
  };

  test.each([
    ['nothing', {}, {}],
    ['a database', DATABASE, OF_A_DATABASE],
    [
      'a key of Supaglue’s API',
      { ...DATABASE, supaglueApiKeySecretArn: ARN('key') },
      { ...OF_A_DATABASE, ...OF_AN_API_KEY },
    ],
    [
      'an authority',
      { ...DATABASE, databaseCaSecretArn: ARN('authority') },
      { ...OF_A_DATABASE, DATABASE_CA_SECRET_ID: ARN('authority') },
    ],
  ])('of %s is what is configured of it, and no variable besides', (_, context, variables) => {
    expect(databaseEnvironment(parseStackConfig(context))).toStrictEqual(variables);
  });
});
