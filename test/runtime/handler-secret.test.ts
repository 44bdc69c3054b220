import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SecretError, secret } from '../../lambdas/runtime/handler-secret.ts';
import { LOCAL_CLIENT, LOCAL_IDENTITY_ENVIRONMENT } from '../../local/identity.ts';
import { type SecretsManager, startSecretsManager } from '../../local/services/secrets-manager.ts';

const NAME = 'BILLING_API_KEY';
const ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:billing-AbCdEf';
const before = { ...process.env };
let service: SecretsManager;
let client: SecretsManagerClient;

beforeAll(async () => {
  service = await startSecretsManager([{ name: ARN, arn: ARN }]);
  client = new SecretsManagerClient({ ...LOCAL_CLIENT, endpoint: service.endpoint });
  Object.assign(process.env, LOCAL_IDENTITY_ENVIRONMENT, {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: service.endpoint,
    [NAME]: ARN,
  });
});
afterAll(async () => {
  process.env = before;
  client.destroy();
  await service.stop();
});

const store = (text: string) => client.send(new PutSecretValueCommand({ SecretId: ARN, SecretString: text }));
const refusal = async (reading: Promise<unknown>) => reading.catch((error: unknown) => error);

test('a secret that has no value yet fails each attempt with its name, and is there once it is stored', async () => {
  const key = secret(NAME);
  const error = await refusal(key.current());
  expect(error).toBeInstanceOf(SecretError);
  expect(error).toMatchObject({
    code: 'secret',
    retryable: true,
    message: expect.stringMatching(/^the secret BILLING_API_KEY cannot be read: ResourceNotFoundException: /),
    cause: expect.objectContaining({ name: 'ResourceNotFoundException' }),
  });
  await store('  ');
  expect(await refusal(key.current())).toEqual(new SecretError(`the secret ${NAME} holds no value`));
  await store(' value-of-a-test\n');
  expect(await key.current()).toBe('value-of-a-test');
});

test('a variable that the stack did not set is the deploy’s fault', async () => {
  expect(await refusal(secret('NO_SUCH_SECRET').current())).toMatchObject({
    name: 'ConfigurationError',
    message: expect.stringContaining('NO_SUCH_SECRET'),
  });
});
