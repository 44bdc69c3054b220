import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sign } from '../../lambdas/ingest/signature.ts';
import { EXPORTS_FILE, writeExports } from '../../local/exports-file.ts';
import type { DeadLetter } from '../../operator/dead-letters/dead-letter.ts';
import { curlCommand } from '../../operator/inspector/data/curl-command.ts';
import { temporaryDirectory } from '../operator/support/cli.ts';

const run = promisify(execFile);
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const WEBHOOK_URL = 'http://127.0.0.1:1/webhooks';

let directory: string;
beforeAll(async () => {
  directory = await temporaryDirectory();
  await writeExports(join(directory, EXPORTS_FILE), { WEBHOOK_URL, WEBHOOK_SECRET: secret });
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const letter = (body: string, encoding?: string): DeadLetter => ({
  messageId: '1',
  receiptHandle: '1',
  body,
  attributes:
    encoding === undefined ? {} : { 'body-encoding': { DataType: 'String', StringValue: encoding } },
  eventId: 'msg_1',
  eventType: 'sync.complete',
  bodySha256: '',
  sentAtMs: 1,
  receiveCount: 1,
});

/** Runs the command with a curl that only says what it was called with. */
async function pasted(of: DeadLetter): Promise<{ readonly words: string[]; readonly body: Buffer }> {
  const said = `curl() { printf '%s\\n' "$@"; }\n${curlCommand(of)}`;
  const { stdout } = await run('sh', ['-c', said], { cwd: directory });
  return { words: stdout.trim().split('\n'), body: await readFile(join(directory, 'body.json')) };
}

describe('the curl command', () => {
  const hostile = `{"a":"it's $(touch pwned) \`id\` \\\\ %s \\""}`;
  const hidden = '{"a":"é\u202e"}\r\n\n';

  test.each([
    ['text that a shell would read otherwise', letter(hostile), Buffer.from(hostile)],
    ['characters that would not be seen', letter(hidden), Buffer.from(hidden)],
    ['bytes', letter(Buffer.from([0, 255, 10]).toString('base64'), 'base64'), Buffer.from([0, 255, 10])],
  ])('delivers exactly the body, signed with the local run’s secret: %s', async (_, of, body) => {
    expect(curlCommand(of)).toMatch(/^[\x20-\x7e\n]+$/);
    const { words, body: sent } = await pasted(of);
    expect(sent).toEqual(body);
    expect(words).toEqual(expect.arrayContaining([WEBHOOK_URL, '@body.json', 'svix-id: msg_1']));
    const timestampSeconds = Number(words.find((word) => word.startsWith('svix-timestamp: '))?.slice(16));
    expect(words).toContain(`svix-signature: ${sign({ id: 'msg_1', timestampSeconds, body, secret })}`);
    await expect(readFile(join(directory, 'pwned'))).rejects.toThrow('ENOENT');
  });

  test('goes to the URL of its source, with the id that the sender gave it', async () => {
    const { words } = await pasted({ ...letter('{}'), eventId: 'openai:msg_1' });
    expect(words).toEqual(expect.arrayContaining([`${WEBHOOK_URL}/openai`, 'svix-id: msg_1']));
  });

  test('is not made of a body that nobody would paste', () => {
    expect(curlCommand(letter('x'.repeat(40_000)))).toBeUndefined();
  });
});
