import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createDatabase } from '../../lambdas/database/create-database.ts';
import { createSecretReader } from '../../lambdas/database/secret-reader.ts';
import { ConfigurationError } from '../../lambdas/runtime/environment.ts';
import { endpointVariables } from '../../local/runtime/function-environment.ts';
import { type SecretsManager, startSecretsManager } from '../../local/services/secrets-manager.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:database-AbCdEf';
const EMPTY_ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:empty-AbCdEf';
const BLANK_ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:blank-AbCdEf';
const ADDRESS_ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:address-AbCdEf';
const { signal } = new AbortController();
let secretsManager: SecretsManager;
const before = { ...process.env };

beforeAll(async () => {
  secretsManager = await startSecretsManager([
    { name: 'database', arn: ARN, value: 'the value' },
    { name: 'empty', arn: EMPTY_ARN },
    { name: 'blank', arn: BLANK_ARN, value: ' \n' },
    { name: 'address', arn: ADDRESS_ARN, value: 'postgres://app@127.0.0.1:9' },
  ]);
  const { endpoint } = secretsManager;
  const rest = { sqs: endpoint, dynamoDb: endpoint, sns: endpoint };
  Object.assign(process.env, endpointVariables({ ...rest, secretsManager: endpoint }));
});
afterAll(async () => {
  process.env = before;
  await secretsManager.stop();
});

describe('a secret', () => {
  test('is read by its ARN', async () => {
    expect(await createSecretReader(ARN, 'database')()).toBe('the value');
  });

  test.each([
    ['without a value', EMPTY_ARN],
    ['that does not exist', ARN.replace('database', 'other')],
  ])('%s is a failure that is retried and names it', async (_, arn) => {
    await expect(createSecretReader(arn, 'database')()).rejects.toMatchObject({
      name: 'DatabaseError',
      retryable: true,
      message: expect.stringMatching(/^the database secret cannot be read: ResourceNotFoundException: /),
      cause: expect.objectContaining({ name: 'ResourceNotFoundException' }),
    });
  });

  test('of nothing but white space is one, too', async () => {
    await expect(createSecretReader(BLANK_ARN, 'database')()).rejects.toMatchObject({
      name: 'DatabaseError',
      retryable: true,
      message: 'the database secret holds no text',
    });
  });

  test('with certificates is read beside the database’s own', async () => {
    const database = createDatabase({
      ...{ DATABASE_SECRET_ID: ADDRESS_ARN, DATABASE_CA_SECRET_ID: BLANK_ARN },
      ...{ SUPAGLUE_SCHEMA: 'supaglue', APPLICATION_SCHEMA: 'app' },
    });
    const bounds = { signal, deadline: new Date(Date.now() + 10_000) };
    await expect(database.transaction(async () => undefined, bounds)).rejects.toThrow(
      'the database certificates secret holds no text',
    );
  });

  test('that is no address fails the transaction, not the load', async () => {
    const database = createDatabase({
      DATABASE_SECRET_ID: ARN,
      SUPAGLUE_SCHEMA: 'supaglue',
      APPLICATION_SCHEMA: 'app',
    });
    expect(database).toMatchObject({ supaglueSchema: 'supaglue', applicationSchema: 'app' });
    const bounds = { signal, deadline: new Date(Date.now() + 10_000) };
    await expect(database.transaction(async () => undefined, bounds)).rejects.toThrow(
      'neither a postgres:// URL nor a JSON object',
    );
  });
});

test.each([
  { DATABASE_SECRET_ID: ARN, SUPAGLUE_SCHEMA: 'supaglue' },
  { DATABASE_SECRET_ID: ARN, SUPAGLUE_SCHEMA: 'supaglue', APPLICATION_SCHEMA: 'app; drop schema app' },
  { SUPAGLUE_SCHEMA: 'supaglue', APPLICATION_SCHEMA: 'app' },
])('an environment like %j is refused', (environment) => {
  expect(() => createDatabase(environment)).toThrow(ConfigurationError);
});
