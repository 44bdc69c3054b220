import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { samples } from '../../lambdas/events/samples.ts';
import { editSchema } from '../../operator/commands/dlq/json.ts';
import { followEvent } from '../../operator/core/follow-event.ts';
import { readQueueDepth } from '../../operator/core/queue-depth.ts';
import type { Target } from '../../operator/core/target.ts';
import { deliverSigned } from '../support/signed-request.ts';
import { patienceMs } from '../support/slowness.js';
import { runCaptured } from './support/captured-context.ts';
import { type LocalRun, startLocalRun } from './support/local-run.ts';

const { signal } = new AbortController();
let run: LocalRun;
let target: Target;
beforeAll(async () => {
  run = await startLocalRun();
  ({ target } = run);
});
afterAll(() => run?.stop());

const webhooks = (args: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
  runCaptured([...args, '--local'], { directory: run.directory, environment });

async function endOf(eventId: string, body: string): Promise<string> {
  const bodySha256 = createHash('sha256').update(body).digest('hex');
  const options = { eventId, bodySha256, timeoutMs: patienceMs(60_000), signal, onStep: () => undefined };
  return (await followEvent(target, options)).end;
}

/** An event that the schema of its type refuses. */
async function deadLetter(id: string): Promise<string> {
  const body = JSON.stringify({ ...samples['sync.complete'], run_id: id, result: 'success?' });
  await deliverSigned(run.cloud.webhookUrl, { id, body, secret: run.cloud.secret });
  expect(await endOf(id, body)).toBe('DEAD-LETTERED');
  return body;
}

test('a letter is corrected in an editor and ends COMPLETED; both records tell, and the old letter stays', async () => {
  await deadLetter('msg_wrong');
  const editor = join(run.directory, 'editor.sh');
  const edited = join(run.directory, 'edited.json');
  const save = (script: string) => writeFile(editor, `set -e\n${script}\ncp "$1" '${edited}'\n`);
  const edit = (...args: string[]) =>
    webhooks(['dlq', 'edit', 'msg_wrong', ...args], { EDITOR: `sh '${editor}'` });

  await save('');
  expect((await edit()).stderr).toMatch(/the payload is as it was/);
  await save('exit 3');
  expect((await edit()).stderr).toMatch(/ended with 3: nothing was sent/);
  await save(`sed -i 's/"success?"/"PERHAPS"/' "$1"`);
  const refused = await edit();
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/does not match the schema of sync\.complete: result: /);
  const kept = /--file (\S+)/.exec(refused.stderr)?.[1] ?? '';
  expect(await readFile(kept, 'utf8')).toContain('PERHAPS');
  await rm(join(kept, '..'), { recursive: true });

  await save(`sed -i 's/"success?"/"SUCCESS"/' "$1"`);
  const { code, stdout, stderr } = await edit('--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const sent = editSchema.parse(JSON.parse(stdout));
  expect(sent).toMatchObject({
    event_id: 'msg_wrong',
    event_type: 'sync.complete',
    fits_schema: true,
    deleted: 0,
  });
  expect(sent.unrecorded).toBeUndefined();
  expect(sent.sent_as).toMatch(/^msg_wrong_edit_[0-9a-f]{8}$/);
  expect(await endOf(sent.sent_as, await readFile(edited, 'utf8'))).toBe('COMPLETED');
  const [old, fresh] = await Promise.all(
    ['msg_wrong', sent.sent_as].map((id) => webhooks(['events', 'show', id])),
  );
  expect(old?.stdout.replaceAll(/\s+/g, ' ')).toContain(
    `its payload was corrected and sent as ${sent.sent_as}`,
  );
  expect(fresh?.stdout.replaceAll(/\s+/g, ' ')).toContain('it is msg_wrong with a corrected payload');
  expect(await readQueueDepth(target, target.deadLetterQueueUrl, signal)).toEqual({ visible: 1, hidden: 0 });

  // The same correction once more is the same event, and the old letter goes when it is asked for.
  const again = await webhooks(['dlq', 'edit', 'msg_wrong', '--file', edited, '--delete', '--json']);
  expect(editSchema.parse(JSON.parse(again.stdout))).toMatchObject({ sent_as: sent.sent_as, deleted: 1 });
  expect(await readQueueDepth(target, target.deadLetterQueueUrl, signal)).toEqual({ visible: 0, hidden: 0 });
  expect(run.problems).toEqual([]);
});

test.each([
  ['no such letter', ['msg_none'], /no dead letter of .* has the id msg_none/],
  ['no such file', ['msg_other', '--file', 'none.json'], /cannot read none\.json/],
])('%s: nothing is sent', async (_, args, message) => {
  if (args[0] === 'msg_other') await deadLetter('msg_other');
  const { code, stderr } = await webhooks(['dlq', 'edit', ...args]);
  expect(code).toBe(1);
  expect(stderr).toMatch(message);
});
