import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { changeSchema } from '../../operator/commands/dlq/json.ts';
import { startEngines, type TestEngines } from '../support/engines.ts';
import {
  atCall,
  type DeadLetterWorld,
  eventIds,
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

describe('many dead letters', () => {
  test(`${MANY} are redriven, none lost or doubled, also by a command that was interrupted first`, async () => {
    await world.seed(seeds(MANY));
    const stopped = await signalled(
      'SIGINT',
      'SendMessageBatch',
      6,
      'dlq',
      'redrive',
      '--all',
      '--confirm',
      '--limit',
      String(MANY + 1),
      '--json',
    );
    expect(stopped.code).toBe(130);
    const first = changeSchema.parse(JSON.parse(stopped.stdout));
    expect(first).toMatchObject({ interrupted: true, failed: 0, left_behind: 0 });
    expect(first.moved).toBeGreaterThanOrEqual(30);
    expect(first.moved).toBeLessThan(MANY);
    expect(stopped.stderr).toContain('every other letter is in place, and visible');
    expect(first.left).toBe(MANY - first.moved);
    expect(stopped.stderr).toContain(
      `about ${first.left?.toLocaleString('en-US')} letters are left on the dead-letter queue; to go on:\n  npx supaglue-webhooks dlq redrive --all --limit ${MANY + 1 - first.moved} --confirm --local\n`,
    );
    // What it says is so: each event is on one of the two queues, and visible there.
    expect(await world.depth('main')).toEqual({ visible: first.moved, hidden: 0 });
    expect(await world.depth('dead')).toEqual({ visible: MANY - first.moved, hidden: 0 });

    world.onCall = () => undefined;
    const rest = await world.webhooks(['dlq', 'redrive', '--all', '--confirm', '--json']);
    expect(rest.code).toBe(0);
    expect(changeSchema.parse(JSON.parse(rest.stdout))).toMatchObject({
      interrupted: false,
      moved: MANY - first.moved,
      skipped: 0,
      failed: 0,
    });
    expect(await world.depth('dead')).toEqual({ visible: 0, hidden: 0 });
    expect(eventIds(await world.drain('main'))).toEqual(ids(MANY));
  });

  test('are deleted up to a Ctrl-C, and what was deleted is named', async () => {
    // Sixty calls, ten at a time: on a busy machine several rounds of them pass before the signal is taken.
    const letters = 600;
    await world.seed(seeds(letters));
    const args = ['dlq', 'delete', '--all', '--confirm', '--json'];
    const stopped = await signalled('SIGINT', 'DeleteMessageBatch', 5, ...args);
    expect(stopped.code).toBe(130);
    const { deleted, interrupted, events } = changeSchema.parse(JSON.parse(stopped.stdout));
    expect(interrupted).toBe(true);
    expect(deleted).toBeGreaterThanOrEqual(40);
    expect(deleted).toBeLessThan(letters);
    expect(await world.depth('dead')).toEqual({ visible: letters - deleted, hidden: 0 });
    const left = eventIds(await world.drain('dead'));
    expect([...left, ...events.map(({ event_id: id }) => id)].sort()).toEqual(ids(letters));
  });
});
