import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTerminal } from '../../operator/cli/terminal.ts';
import { switchConsumer } from '../../operator/core/switch-consumer.ts';
import { patienceMs, slowness } from '../support/slowness.js';
import { WIRE_FAULTS } from './fault-log.ts';
import { soakJson } from './report-json.ts';
import { soakText } from './report-text.ts';
import { runSoak, type SoakResult, type SoakSettings } from './run-soak.ts';
import { buildSoakAssembly, type SoakAssembly } from './soak-assembly.ts';
import type { SoakCloud } from './soak-cloud.ts';

const signal = new AbortController().signal;
/** With the clocks of an idle machine, handlers would be out of time on a busy one; leases have to be waited for. */
const pace = Math.min(4, slowness());
const quiet: SoakSettings = {
  seed: 8,
  loadMs: 300,
  rate: 20,
  dropShare: 0,
  maxAttempts: 6,
  backoffCapSeconds: 1,
  slowestMs: 300,
  clocks: {
    consumerTimeoutSeconds: Math.ceil(4 * pace),
    margins: { handlerMarginMs: 2_500, leaseSkewMs: 250 },
  },
};

const faulty: SoakSettings = { ...quiet, seed: 7, loadMs: 1_200, killEveryMs: 400, dropShare: 0.1 };

function switchEventSource({ target }: SoakCloud, to: 'Enabled' | 'Disabled') {
  const ignore = () => undefined;
  return switchConsumer(target, {
    to,
    timeoutMs: patienceMs(10_000),
    signal,
    onRequested: ignore,
    onState: ignore,
  });
}

/** Takes one message off the queue behind everybody's back, as soon as there is one. @returns its event */
async function deleteOne({ target }: SoakCloud): Promise<string> {
  const { sqs } = target.clients;
  const QueueUrl = target.queueUrl;
  for (;;) {
    const { Messages: [taken] = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['svix-id'], WaitTimeSeconds: 5 }),
    );
    if (taken === undefined) continue;
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: taken.ReceiptHandle }));
    return taken.MessageAttributes?.['svix-id']?.StringValue ?? '';
  }
}

describe('a few seconds of soak', () => {
  let assembly: SoakAssembly;
  let underFire: Promise<SoakResult>;
  let robbed: Promise<SoakResult>;
  let lostEvent = '';

  beforeAll(async () => {
    assembly = await buildSoakAssembly(quiet.clocks);
    const surroundings = { assemblyDirectory: assembly.directory, signal, onProgress: () => undefined };
    // Without faults: what is missing at the end was taken away. Both wait most of the time, so they wait together.
    underFire = runSoak(faulty, surroundings);
    robbed = runSoak(quiet, {
      ...surroundings,
      async onStarted(cloud) {
        await switchEventSource(cloud, 'Disabled');
      },
      async onLoaded(cloud) {
        lostEvent = await deleteOne(cloud);
        await switchEventSource(cloud, 'Enabled');
      },
    });
    // Each is awaited by its own test.
    await Promise.allSettled([underFire, robbed]);
    // A lost answer may cost the wait for a lease, and other suites share the machine.
  });
  afterAll(() => assembly?.removeNow());

  test('with workers killed and answers dropped the accounts balance', async () => {
    const result = await underFire;
    const { balance, faults, sender } = result;
    expect(balance.problems).toEqual([]);
    expect(result.passed).toBe(true);
    expect(faults['worker killed']).toBeGreaterThan(0);
    expect(WIRE_FAULTS.reduce((sum, kind) => sum + faults[kind], 0)).toBeGreaterThan(0);
    expect(balance.accepted).toBe(result.sent);
    expect(balance.completed + balance.deadLettered).toBe(result.sent);
    expect(balance.completed).toBeGreaterThan(10);
    expect(balance.deadLettered).toBeGreaterThan(0);
    expect(balance.effects - balance.extraRuns.length).toBeGreaterThan(0);
    expect(sender).toMatchObject({ forgeriesAccepted: 0 });
    expect(sender.forgeries).toBeGreaterThan(0);
  });

  test('a message deleted behind its back is missed, by its event', async () => {
    const { balance, passed } = await robbed;
    expect(lostEvent).toMatch(/^soak_8_/);
    expect(balance.problems).toEqual([
      expect.objectContaining({
        eventId: lostEvent,
        problem: expect.stringContaining('is lost'),
        ledger: 'no record',
      }),
    ]);
    expect(passed).toBe(false);
  });

  test('the report names what is lost and fits 80 columns', async () => {
    const result = await robbed;
    const silent = { write: () => undefined };
    const text = soakText(result, quiet, createTerminal({ stdout: silent, stderr: silent }, {}));
    expect(text).toContain(`✗ ${lostEvent} is lost`);
    expect(soakJson(result, quiet)).toMatchObject({
      passed: false,
      problems: [{ event_id: lostEvent, ledger: 'no record' }],
    });
    const table = text.split('\n').filter((line) => !line.startsWith('✗'));
    expect(Math.max(...table.map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});
