import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startLocalCloud } from '../../local/cloud.ts';
import { assembly } from '../support/assembly.ts';
import { recordEvents } from '../support/recorded-events.ts';
import { postSigned } from '../support/signed-request.ts';

let directory: string;
let before: NodeJS.ProcessEnv;
beforeEach(async () => {
  before = { ...process.env };
  directory = await mkdtemp(join(tmpdir(), 'environment-'));
});
afterEach(async () => {
  process.env = before;
  await rm(directory, { recursive: true });
});

test.each([
  ['AWS_USE_FIPS_ENDPOINT', { AWS_USE_FIPS_ENDPOINT: 'true' }, ''],
  ['AWS_USE_DUALSTACK_ENDPOINT', { AWS_USE_DUALSTACK_ENDPOINT: 'true' }, ''],
  ['a profile with FIPS', {}, '[default]\nuse_fips_endpoint = true\n'],
  ['a profile in a region of its own, with an endpoint of AWS', {}, '[default]\nregion = us-gov-west-1\n'],
])('the local cloud runs an event where the user has %s', async (_, variables, config) => {
  const file = join(directory, 'config');
  await writeFile(file, config);
  Object.assign(process.env, { AWS_CONFIG_FILE: file, HOME: directory }, variables);
  const events = recordEvents();
  const cloud = await startLocalCloud({ assemblyDirectory: await assembly(), observer: events.observer });
  try {
    const body = '{"webhook_event_type":"supaglue-webhooks.ping"}';
    expect((await postSigned(cloud.webhookUrl, { body, secret: cloud.secret })).status).toBe(200);
    const { records } = await events.next('batch-settled');
    expect(records.map(({ outcome }) => outcome)).toEqual(['acknowledged']);
    expect(cloud.exports).toMatchObject({
      AWS_REGION: 'eu-central-2',
      AWS_DEFAULT_REGION: 'eu-central-2',
      AWS_USE_FIPS_ENDPOINT: 'false',
      AWS_USE_DUALSTACK_ENDPOINT: 'false',
    });
  } finally {
    await cloud.stop();
  }
});
