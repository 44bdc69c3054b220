import { readdir, rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTerminal } from '../../operator/cli/terminal.ts';
import type { Delivered } from '../../operator/demo/deliver.ts';
import { demoText } from '../../operator/demo/demo-text.ts';
import { type DemoRow, observe } from '../../operator/demo/observe.ts';
import { demoScenarios } from '../../operator/demo/scenarios.ts';
import { record } from './records.ts';
import { runBin, temporaryDirectory } from './support/cli.ts';

describe('npm run demo', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await temporaryDirectory();
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  test('ends with 0, every ending the promised one, and nothing left behind', async () => {
    const { code, stdout, stderr } = await runBin('demo.ts', ['--json'], { directory });
    const result = JSON.parse(stdout);
    const broken = result.scenarios.filter((row: DemoRow) => !row.kept);
    expect({ broken, code, stderr: stderr.includes('error') }).toEqual({
      broken: [],
      code: 0,
      stderr: false,
    });
    expect(result.scenarios.map(({ scenario }: DemoRow) => scenario)).toEqual(
      demoScenarios().map(({ name }) => name),
    );
    expect(result).toMatchObject({ passed: true, queue_drained: true });
    // CDK's and tsx's own caches are theirs.
    const left = (await readdir(directory)).filter((name) => name !== '.cdk' && !name.startsWith('tsx-'));
    expect(left).toEqual([]);
  });
});

describe('an ending that is not the promised one', () => {
  const scenario = demoScenarios().find(({ name }) => name === 'fails twice, then succeeds');
  const delivered = (fields: Partial<Delivered>): Delivered => {
    if (scenario === undefined) throw new Error('no such scenario');
    return {
      scenario,
      eventId: 'msg_1',
      bytes: 62,
      bodySha256: 'a'.repeat(64),
      answer: { status: 200, code: 'accepted', took_ms: 1 },
      tookMs: 5,
      ...fields,
    };
  };
  const completed = record({ status: 'COMPLETED', attempts_total: 3, handlers: { ping: 1 } });

  test('is seen in each of its facts', () => {
    expect(observe(delivered({}), completed, []).kept).toBe(true);
    const differences = (...args: Parameters<typeof observe>) => observe(...args).differences;
    expect(differences(delivered({}), { ...completed, attempts_total: 2 }, [])).toEqual([
      'attempts: promised 3, was 2',
    ]);
    expect(differences(delivered({ bodySha256: 'b' }), completed, [])).toEqual([
      'intact: promised true, was false',
    ]);
    expect(differences(delivered({}), undefined, [])).toContain('end: promised COMPLETED, was NOT ENDED');
    expect(differences(delivered({ answer: { status: 503, took_ms: 1 } }), undefined, [])).toContain(
      'status: promised 200, was 503',
    );
    const failure = { reason: 'permanent', message: '', handlers: [], attempts: 1, failedAtMs: 0 } as const;
    expect(differences(delivered({}), completed, [{ failure }])).toEqual(['dead_letters: promised 0, was 1']);
  });

  test('is explained below the table', () => {
    const terminal = createTerminal({ stdout: { write: () => true }, stderr: { write: () => true } }, {});
    const rows = [observe(delivered({}), { ...completed, attempts_total: 2 }, [])];
    const text = demoText({ rows, drained: false }, 1_000, terminal);
    expect(text).toContain('✗ fails twice, then succeeds: attempts: promised 3, was 2');
    expect(text).toContain('✗ the queue still holds messages');
    expect(text).toMatch(/0 of 1 endings are the promised ones, in 1 s$/);
  });
});
