import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { noticesOf } from '../../local/start/notices.ts';
import { stableSecret } from '../../local/start/stable-secret.ts';
import { userSettings } from '../../local/user-settings.ts';
import { readUserVariables } from '../../local/user-variables.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'variables-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('.env.local', () => {
  const read = async (text: string) => {
    const path = join(directory, '.env.local');
    await writeFile(path, text);
    return readUserVariables(path);
  };

  test('is empty when it is not there', async () => {
    expect(await readUserVariables(join(directory, '.env.local'))).toEqual({});
  });

  test('gives values as node --env-file does', async () => {
    expect(
      await read(
        '# of mine\nBILLING_URL=http://127.0.0.1:1/x\nKEY="two words"\nAWS_ENDPOINT_URL_S3=http://127.0.0.1:2\n',
      ),
    ).toEqual({
      BILLING_URL: 'http://127.0.0.1:1/x',
      KEY: 'two words',
      AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:2',
    });
  });

  test.each([
    [
      'AWS_PROFILE=production',
      /AWS_PROFILE in .* is not allowed: of AWS’s own variables only AWS_ENDPOINT_URL_SERVICE is/,
    ],
    ['AWS_ACCESS_KEY_ID=x', /AWS_ACCESS_KEY_ID/],
    ['AWS_ENDPOINT_URL=http://127.0.0.1:1', /AWS_ENDPOINT_URL in/],
    ['AWS_ENDPOINT_URL_SQS=http://127.0.0.1:1', /the local cloud runs SQS/],
    ['AWS_ENDPOINT_URL_S3=nonsense', /it takes the URL of an emulator/],
    ['AWS_ENDPOINT_URL_S3=https://s3.eu-west-1.amazonaws.com', /it names AWS itself/],
    ['AWS_ENDPOINT_URL_S3=https://s3.eu-west-1.api.aws', /it names AWS itself/],
    ['QUEUE_URL=x', /it is one of the framework's own/],
  ])('%s is refused: nothing of a local run may reach AWS', async (line, message) => {
    await expect(read(`${line}\n`)).rejects.toThrow(message);
  });
});

describe('what the handlers are given', () => {
  const ARN = 'arn:aws:secretsmanager:eu-central-2:000000000000:secret:key-local1';
  const consumer = { environment: { KEY: ARN, PLAIN: 'x' }, unresolved: { REGION_OF: 'cannot resolve' } };

  test('a name that the stack calls a secret is its value, any other a variable', () => {
    expect(
      userSettings({ KEY: 'value', REGION_OF: 'here', OTHER: '1' }, { secrets: ['KEY'] }, consumer, []),
    ).toEqual({ environment: { REGION_OF: 'here', OTHER: '1' }, secrets: { [ARN]: 'value' }, missing: [] });
  });

  test('what has no value is named, with the line that mends it', () => {
    const settings = userSettings({}, { secrets: ['KEY'] }, consumer, [{ name: 'key', arn: ARN }]);
    expect(settings.missing.map(({ name, kind }) => [name, kind])).toEqual([
      ['REGION_OF', 'variable'],
      ['KEY', 'secret'],
    ]);
    const cloud = {
      notRun: [
        { logicalId: 'Invoices', type: 'AWS::S3::Bucket' },
        { logicalId: 'Nightly', type: 'AWS::Lambda::EventSourceMapping', why: 'resource Nightly: only ours' },
      ],
      missing: () => settings.missing,
      warnings: () => ['/Mine/Webhooks: the tools cannot tell the handlers'],
    };
    expect(noticesOf(cloud, {})).toEqual([
      '  Not run here    Invoices (AWS::S3::Bucket): calls to S3 are refused; an emulator’s address is AWS_ENDPOINT_URL_S3=… in .env.local',
      '  Not run here    Nightly (AWS::Lambda::EventSourceMapping): only ours',
      '  Warning         /Mine/Webhooks: the tools cannot tell the handlers',
      '  Missing         REGION_OF: cannot resolve; add to .env.local:  REGION_OF=…',
      '  Missing         KEY: the secret has no value here; add to .env.local:  KEY=…',
      '',
    ]);
    expect(noticesOf(cloud, { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:2' })[0]).toContain(
      'calls to S3 go to http://127.0.0.1:2',
    );
  });

  test('a secret that the template gives a value is not missing', () => {
    const stackSecrets = [{ name: 'key', arn: ARN, value: 'from the template' }];
    expect(userSettings({ REGION_OF: 'x' }, { secrets: ['KEY'] }, consumer, stackSecrets).missing).toEqual(
      [],
    );
  });
});

test('the signing secret is the same at the next start, and the user’s alone', async () => {
  const first = await stableSecret(directory);
  expect(first).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(await stableSecret(directory)).toBe(first);
  expect((await stat(join(directory, '.local/signing-secret'))).mode & 0o777).toBe(0o600);
  await writeFile(join(directory, '.local/signing-secret'), 'broken');
  expect(await stableSecret(directory)).not.toBe('broken');
});
