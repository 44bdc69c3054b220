import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { samples } from '../../lambdas/events/samples.ts';
import { type LocalCloud, startLocalCloud } from '../../local/cloud.ts';
import { lettersOf, surveyLetters } from '../../operator/commands/replay/letter-lines.ts';
import { replayLetter } from '../../operator/commands/replay/replay-letter.ts';
import { eventText } from '../../operator/commands/replay/replay-text.ts';
import { SettledMessages } from '../../operator/commands/replay/settled-messages.ts';
import { localTarget } from '../../operator/core/local-target.ts';
import { switchConsumer } from '../../operator/core/switch-consumer.ts';
import { closeTarget } from '../../operator/core/target.ts';
import type { ExportedLetter } from '../../operator/dead-letters/exported-letter.ts';
import { runProgram } from '../../operator/program.ts';
import { alteredAssembly, assembly } from '../support/assembly.ts';
import { makeFixtureProject } from '../support/fixture-project.ts';
import { patienceMs } from '../support/slowness.js';
import { capturedContext } from './support/captured-context.ts';
import { runBin, temporaryDirectory } from './support/cli.ts';
import { exportedLetter, exportOf, ping } from './support/exported-letters.ts';

const { signal } = new AbortController();
let directory: string;
beforeAll(async () => {
  directory = await temporaryDirectory();
  await makeFixtureProject(directory);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function inProcess(...args: string[]) {
  const captured = capturedContext({ directory });
  const code = await runProgram(args, captured.context);
  return { code, stdout: captured.stdout(), stderr: captured.stderr() };
}

test('every kind of letter is run to its end, from standard input', async () => {
  const hostile = '\u001b[2Jmsg';
  const letters = [
    exportedLetter('msg_fine'),
    exportedLetter('msg_fine'),
    exportedLetter('msg_twice', ping({ fail_times: 1 })),
    exportedLetter('msg_bad', ping({ fail_permanently: true })),
    exportedLetter('msg_schema', { webhook_event_type: 'sync.complete', type: 'object' }),
    exportedLetter('msg_alert', { ...samples['sync.complete'], result: 'ERROR' }),
    exportedLetter('msg_text', {}, { body: 'no JSON', event_type: hostile }),
  ];
  const { code, stdout, stderr } = await runBin('webhooks.ts', ['replay', '-', '--attempts', '2'], {
    directory,
    input: exportOf(...letters),
  });
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /^Replaying 6 events with the handlers of this checkout \(1 further copy left out\)\.$/m,
  );
  expect(stdout).toMatch(/^msg_fine +supaglue-webhooks\.ping +COMPLETED\n {4}ping completed$/m);
  expect(stdout).toMatch(/^msg_twice +supaglue-webhooks\.ping +COMPLETED\n {4}ping completed$/m);
  expect(stdout).toMatch(
    /^msg_bad +supaglue-webhooks\.ping +DEAD-LETTERED\n {4}reason: permanent\n {4}ping failed: NonRetryableError: [\s\S]{0,99}permanent\)\n {4}at \S+(?: \[as \w+\])? \(lambdas\/router\/ping\.ts:\d+:\d+\)$/m,
  );
  expect(stdout).toMatch(/^msg_schema +sync\.complete +DEAD-LETTERED\n {4}reason: invalid-payload\n/m);
  expect(stdout).toMatch(/^msg_alert +sync\.complete +COMPLETED\n {4}alert-on-sync-error completed$/m);
  expect(stdout).toMatch(/^msg_text +\[2Jmsg +DEAD-LETTERED\n {4}reason: invalid-json\n/m);
  expect(stdout).toMatch(/\n6 events in .*: 3 COMPLETED, 3 DEAD-LETTERED\n$/);
  expect(stderr).toContain('alert, not sent anywhere: Supaglue sync failed');
  expect(`${stdout}${stderr}`).not.toContain('\u001b');
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  expect(await readdir(join(directory, '.local'))).toEqual([]);
});

describe('the command line', () => {
  test.each([
    [['replay'], "missing required argument 'file'"],
    [['replay', 'x', '--stack', 'Prod'], "unknown option '--stack'"],
    [['replay', 'x', '--local'], "unknown option '--local'"],
    [['replay', '--inspect-brk', 'x'], 'from 0 to 65535'],
    [['replay', 'x', '--attempts', '0'], 'whole number from 1'],
    [['replay', 'x', '--limit', '1.5'], 'whole number from 1'],
  ])('%j is refused', async (args, message) => {
    const { code, stderr } = await inProcess(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  test('lines that are no letters are named, and nothing is run', async () => {
    const lines = [exportOf(exportedLetter('msg_1')).trim(), '{"half":', '', '{"body":"x"}\u001b[2J'];
    await writeFile(join(directory, 'mixed.ndjson'), lines.join('\n'));
    const { code, stdout, stderr } = await inProcess('replay', 'mixed.ndjson');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /^line 2: not JSON: .*\nline 4: not .*\nerror: 2 lines of 3 cannot be replayed, so/,
    );
    expect(stderr).not.toContain('\u001b');
  });

  test('a file that is not there, an empty one, and an id that is not in it', async () => {
    await writeFile(join(directory, 'empty.ndjson'), '\n\n');
    await writeFile(join(directory, 'one.ndjson'), exportOf(exportedLetter('msg_1')));
    await mkdir(join(directory, 'folder'), { recursive: true });
    expect((await inProcess('replay', 'none.ndjson')).stderr).toMatch(/^error: cannot read .* \(ENOENT\)\n$/);
    expect((await inProcess('replay', 'folder')).stderr).toMatch(/^error: cannot read .* \(EISDIR\)\n$/);
    expect((await inProcess('replay', 'empty.ndjson')).stderr).toMatch(
      /^error: empty\.ndjson holds no letters/,
    );
    expect(await inProcess('replay', 'one.ndjson', '--only', 'msg_2')).toMatchObject({
      code: 1,
      stderr: 'error: one.ndjson holds 1 letter, none of them msg_2\n',
    });
  });
});

describe('reading an export', () => {
  async function survey(text: string, options: { only?: readonly string[]; limit?: number } = {}) {
    const path = join(directory, 'survey.ndjson');
    await writeFile(path, text);
    const found = await surveyLetters(path, { only: [], signal, ...options });
    const ids: unknown[] = [];
    for await (const { line, letter } of lettersOf(path, found.lines, signal)) {
      ids.push([line, letter.event_id ?? letter.message_id]);
    }
    return { ...found, ids };
  }

  const three = [exportedLetter('a'), exportedLetter('b'), exportedLetter('c')];

  test('a byte order mark, Windows line ends, blank lines and a missing last line break do not matter', async () => {
    const text = `\uFEFF${three.map((letter) => JSON.stringify(letter)).join('\r\n\r\n')}`;
    expect(await survey(text)).toMatchObject({
      lines: [1, 3, 5],
      letters: 3,
      invalid: [],
      ids: [
        [1, 'a'],
        [3, 'b'],
        [5, 'c'],
      ],
    });
  });

  test('copies are folded by svix-id and body; without a svix-id a letter stands for itself', async () => {
    const { event_id: _, ...anonymous } = exportedLetter('x');
    const text = exportOf(
      exportedLetter('a'),
      exportedLetter('a', undefined, { message_id: 'another' }),
      exportedLetter('a', ping({ other: 'body' })),
      { ...anonymous, message_id: 'm1' },
      { ...anonymous, message_id: 'm2' },
    );
    expect(await survey(text)).toMatchObject({ lines: [1, 3, 4, 5], copies: 1 });
  });

  test('--only takes svix-ids and message ids, --limit the first events', async () => {
    const text = exportOf(...three);
    expect(await survey(text, { only: ['c', 'message-of-a'] })).toMatchObject({ lines: [1, 3], letters: 3 });
    expect(await survey(text, { limit: 2 })).toMatchObject({ lines: [1, 2] });
    expect(await survey(text, { limit: 1, only: ['b'] })).toMatchObject({ lines: [2] });
  });
});

describe('what else may become of a letter', () => {
  const settled = new SettledMessages();
  let cloud: LocalCloud;
  beforeAll(async () => {
    cloud = await startLocalCloud({
      assemblyDirectory: await assembly(),
      batchSize: 1,
      environment: { BACKOFF_BASE_SECONDS: '3600', BACKOFF_CAP_SECONDS: '3600' },
      observer: settled.observe,
      graceMs: 0,
    });
  });
  afterAll(() => cloud?.stop());

  async function replay(letter: ExportedLetter, on: LocalCloud = cloud, seen = settled) {
    const target = localTarget(on.exports);
    try {
      return await replayLetter(target, { line: 1, letter }, seen, signal);
    } finally {
      closeTarget(target);
    }
  }

  test('it goes to the queue whole, but for the failure', async () => {
    const target = localTarget(cloud.exports);
    const stop = new AbortController();
    const paused = {
      timeoutMs: patienceMs(10_000),
      signal,
      onRequested: () => undefined,
      onState: () => undefined,
    };
    await switchConsumer(target, { to: 'Disabled', ...paused });
    const letter = exportedLetter('msg_whole');
    const running = replayLetter(target, { line: 1, letter }, settled, stop.signal);
    const { Messages } = await target.clients.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: target.queueUrl,
        WaitTimeSeconds: 5,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      }),
    );
    stop.abort();
    await expect(running).rejects.toBe(stop.signal.reason);
    await switchConsumer(target, { to: 'Enabled', ...paused });
    closeTarget(target);
    const { failure: _, trace: __, ...texts } = letter.attributes;
    const text = (value: unknown) => ({ DataType: 'String', StringValue: value });
    expect(Messages).toEqual([expect.objectContaining({ Body: letter.body })]);
    expect(Messages?.[0]?.Attributes).toMatchObject({ MessageGroupId: 'customer' });
    expect(Messages?.[0]?.MessageAttributes).toEqual({
      ...Object.fromEntries(
        Object.entries(texts).map(([name, value]) => [
          name,
          text('string_value' in value && value.string_value),
        ]),
      ),
      trace: { DataType: 'Binary', BinaryValue: Uint8Array.from([0, 255]) },
    });
  });

  test('it is to be tried again in an hour', async () => {
    expect(await replay(exportedLetter('msg_hour', ping({ fail_times: 1 })))).toMatchObject({
      end: 'RETRYING',
      attempts: 1,
      handlers: [{ handler: 'ping', outcome: 'failed', error: 'PingError', retryable: true }],
    });
  });

  test('SQS refuses it', async () => {
    const refused = exportedLetter('msg_refused', {}, { body: 'a\u0001b' });
    expect(await replay(refused)).toMatchObject({
      end: 'NOT_SENT',
      error: { error: 'InvalidMessageContents' },
      handlers: [],
    });
  });

  test('it has no svix-id, or another body than the event of its id', async () => {
    const { event_id: _, attributes, ...rest } = exportedLetter('msg_none');
    const { 'svix-id': __, ...others } = attributes;
    const anonymous: ExportedLetter = { ...rest, attributes: others };
    expect(await replay(anonymous)).toMatchObject({
      event_id: null,
      end: 'DEAD-LETTERED',
      reason: 'no-event-id',
    });
    expect(await replay(exportedLetter('msg_same'))).toMatchObject({ end: 'COMPLETED' });
    expect(await replay(exportedLetter('msg_same', ping({ other: 1 })))).toMatchObject({
      end: 'DEAD-LETTERED',
      reason: 'payload-mismatch',
    });
  });

  test('a body in base64 is recognised as its own', async () => {
    const body = Buffer.from(JSON.stringify(ping({}))).toString('base64');
    const letter = exportedLetter('msg_base64', {}, { body });
    const attributes = {
      ...letter.attributes,
      'body-encoding': { data_type: 'String', string_value: 'base64' },
    };
    expect(await replay({ ...letter, attributes })).toMatchObject({ end: 'COMPLETED' });
  });

  test('the function does not load', async () => {
    const altered = await alteredAssembly(await assembly(), (resources) => {
      for (const { Type, Properties } of Object.values(resources)) {
        if (Type === 'AWS::Lambda::Function') Properties['Handler'] = 'index.missing';
      }
    });
    const seen = new SettledMessages();
    const broken = await startLocalCloud({
      assemblyDirectory: altered,
      batchSize: 1,
      observer: seen.observe,
      graceMs: 0,
    });
    const event = await replay(exportedLetter('msg_broken'), broken, seen);
    await broken.stop();
    await rm(altered, { recursive: true });
    expect(event).toMatchObject({
      end: 'FUNCTION_FAILED',
      error: { error: 'Runtime.HandlerNotFound', message: expect.stringContaining('index.missing') },
    });
    const lines = eventText(event, { paint: (_colour, text) => text }).split('\n');
    expect(lines[0]).toMatch(/^msg_broken +supaglue-webhooks\.ping +FUNCTION_FAILED$/);
    expect(lines[1]).toMatch(/^ {4}Runtime\.HandlerNotFound: index\.missing is undefined/);
  });
});
