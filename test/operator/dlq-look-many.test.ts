import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { listSchema } from '../../operator/commands/dlq/json.ts';
import { decodeExportedLetter } from '../../operator/dead-letters/exported-letter.ts';
import { LOOK_VISIBILITY_SECONDS } from '../../operator/dead-letters/look.ts';
import { startEngines, type TestEngines } from '../support/engines.ts';
import {
  atCall,
  type DeadLetterWorld,
  manyLetters,
  seeds,
  startDeadLetterWorld,
} from './support/dead-letter-world.ts';

const MANY = manyLetters();
/** Several processes, on a machine that may be busy. */
const ids = (count: number) => seeds(count).map(({ eventId }) => eventId);

let engines: TestEngines;
let world: DeadLetterWorld;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines?.stopAll());
beforeEach(async () => {
  world = await startDeadLetterWorld(engines);
});
afterEach(() => world?.stop());

/** Runs the command and sends it a signal at the nth call of an operation. */
function signalled(signal: NodeJS.Signals, operation: string, nth: number, ...args: string[]) {
  return world.webhooks(args, (kill) => {
    world.onCall = atCall(operation, nth, () => kill(signal));
  });
}

describe(`${MANY} dead letters`, () => {
  test('are listed and exported, every one, once; Ctrl-C in the middle puts all back', async () => {
    await world.seed(seeds(MANY));
    const all = { visible: MANY, hidden: 0 };

    const stopped = await signalled('SIGINT', 'ReceiveMessage', 10, 'dlq', 'list');
    expect(stopped).toMatchObject({ code: 130, stdout: '' });
    expect(stopped.stderr).toMatch(/interrupted after \d+ letters: all are visible again\n$/);
    expect(await world.depth('dead')).toEqual(all);

    const partial = await signalled('SIGINT', 'ReceiveMessage', 20, 'dlq', 'export', '--output', 'a.ndjson');
    expect(partial).toMatchObject({ code: 130, stdout: '' });
    expect(partial.stderr).toMatch(
      /interrupted: exported \d+ letters.*a\.ndjson\.partial, which is not whole/,
    );
    expect((await readdir(world.directory)).filter((name) => name.startsWith('a.'))).toEqual([
      'a.ndjson.partial',
    ]);
    const some = (await readFile(join(world.directory, 'a.ndjson.partial'), 'utf8')).trimEnd().split('\n');
    expect(some.length).toBeGreaterThan(100);
    expect(some.length).toBeLessThan(MANY);
    some.forEach(decodeExportedLetter);
    expect(await world.depth('dead')).toEqual(all);

    world.onCall = () => undefined;
    const whole = await world.webhooks(['dlq', 'export']);
    expect(whole.code).toBe(0);
    const lines = whole.stdout.trimEnd().split('\n').map(decodeExportedLetter);
    expect(lines.map(({ event_id: id }) => id).sort()).toEqual(ids(MANY));
    expect(new Set(lines.map(({ message_id: id }) => id)).size).toBe(MANY);

    const listed = await world.webhooks(['dlq', 'list', '--json']);
    expect(listed.code).toBe(0);
    expect(listSchema.parse(JSON.parse(listed.stdout))).toMatchObject({
      letters: MANY,
      events: MANY,
      hidden: 0,
    });
    expect(await world.depth('dead')).toEqual(all);
  });
});

test('a look that is killed hides its letters for half a minute at most', async () => {
  await world.seed(seeds(100));
  const killed = await signalled('SIGKILL', 'ReceiveMessage', 5, 'dlq', 'list');
  expect(killed.code).toBeNull();
  const { visible, hidden } = await world.depth('dead');
  expect(visible + hidden).toBe(100);
  const timeouts = world.calls
    .filter(({ operation }) => operation === 'ReceiveMessage')
    .map(({ body }) => JSON.parse(body).VisibilityTimeout);
  expect(timeouts.length).toBeGreaterThanOrEqual(5);
  expect(new Set(timeouts)).toEqual(new Set([LOOK_VISIBILITY_SECONDS]));
  expect(LOOK_VISIBILITY_SECONDS).toBeLessThanOrEqual(30);
});
