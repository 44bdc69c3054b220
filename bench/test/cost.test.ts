import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { projectDirectory } from '../../lib/project-paths.ts';
import { CommandError } from '../../operator/core/command-error.ts';
import { costOf, logBytesPerEvent, unitsPerEvent, type Workload } from '../cost/cost-model.ts';
import { GOAL_WORKLOAD as workload } from '../cost/cost-report.ts';
import { readDurations } from '../cost/measured.ts';
import type { Observed } from '../cost/observed.ts';
import { sensitivities } from '../cost/sensitivities.ts';
import { itemBytes } from '../cost/stack-facts.ts';

/** Round figures, so that the bill can be drawn up by hand. */
const observed: Observed = {
  calls: { ingest: { SendMessage: 1 }, consumer: { UpdateItem: 2 }, duplicate: { UpdateItem: 1 } },
  // With 26 bytes that CloudWatch adds: 500, 300, and 300 to 1,000.
  lineBytes: { access: 474, ingestMetrics: 274, consumerMetrics: { '1': 274, '5': 585, '10': 974 } },
  // With 100 bytes that DynamoDB adds: 1 KB.
  itemBytes: 924,
  messageAttributeBytes: 100,
  customMetrics: 4,
  alarms: 6,
  dashboards: 1,
  secrets: 1,
  memoryMb: 512,
  logRetentionDays: 365 / 12,
  ledgerRetentionDays: 365 / 12,
};
const SLOW_CORE = 1_769 / 512;
const durations = { ingestCpuMs: 0.9 / SLOW_CORE, consumerCpuMs: 0.09 / SLOW_CORE, from: 'the test' };
const inputs = { observed, durations };
const unitsOf = (change: Partial<Workload>) => unitsPerEvent({ ...workload, ...change }, inputs);

describe('the bill', () => {
  test('of a million events, by hand', () => {
    const { variable, usdPerMillion } = costOf(workload, inputs);
    const GB = 1024 ** 3;
    const byHand = {
      httpApiRequest: 1,
      lambdaRequest: 0.22,
      // 15.9 ms become 16 and 12.9 ms become 13, each with its 0.7 ms of cold starts; half a GB.
      lambdaGigabyteSecond: (16.7 + 1.37) * 0.5 * 1e3 * 0.000_013_333_4,
      sqsRequest: 0.48,
      sqsFairRequest: 0.12,
      dynamoDbWrite: 1.25,
      dynamoDbGigabyteMonth: (1e6 * 1024 * 0.25) / GB,
      dynamoDbBackupGigabyteMonth: (1e6 * 1024 * 0.2) / GB,
      logGigabyte: (1e6 * 900 * 0.5) / GB,
      logGigabyteMonth: (1e6 * 900 * 0.03) / GB,
    };
    for (const { price, usdPerMonth } of variable) {
      expect({ price, usd: usdPerMonth.toFixed(6) }).toEqual({
        price,
        usd: byHand[price as keyof typeof byHand].toFixed(6),
      });
    }
    expect(variable).toHaveLength(Object.keys(byHand).length);
    expect(usdPerMillion).toBeCloseTo(
      Object.values(byHand).reduce((sum, usd) => sum + usd, 0),
      6,
    );
  });

  test('what is fixed, and what is free', () => {
    const { fixed, variable, usdPerMonth, usdAfterFree } = costOf(workload, inputs);
    const lineOf = (lines: typeof fixed, what: string) => lines.find((line) => line.what.startsWith(what));
    expect(lineOf(fixed, 'CloudWatch: metrics')).toMatchObject({ usdPerMonth: 1.2, usdAfterFree: 0 });
    expect(lineOf(fixed, 'CloudWatch: dashboards')).toMatchObject({ usdPerMonth: 3, usdAfterFree: 0 });
    expect(lineOf(fixed, 'Secrets Manager: secrets')).toMatchObject({ usdPerMonth: 0.4, usdAfterFree: 0.4 });
    expect(lineOf(variable, 'Lambda: requests')?.usdAfterFree).toBeCloseTo(0.02, 9);
    // Five polls of 20 s take 657,000 of the free million before the 1.2 million requests of the events come.
    expect(lineOf(fixed, 'SQS: polls')?.unitsPerMonth).toBeCloseTo(657_000, 6);
    expect(lineOf(variable, 'SQS: requests')?.usdAfterFree).toBeCloseTo((1.2 - 0.343) * 0.4, 9);
    expect(usdAfterFree).toBeLessThan(usdPerMonth);
  });

  test('SQS counts in units of 64 KB, DynamoDB in KB, API Gateway in 512 KB', () => {
    const fits = 64 * 1024 - observed.messageAttributeBytes;
    // One unit to send, ten units for ten messages in one receive, a tenth of a delete.
    expect(unitsOf({ payloadBytes: fits }).sqsRequest).toBeCloseTo(1 + 1 + 0.1, 9);
    expect(unitsOf({ payloadBytes: fits + 1 }).sqsRequest).toBeCloseTo(2 + 1.1 + 0.1, 9);
    expect(unitsOf({ payloadBytes: 350 * 1024 }).httpApiRequest).toBe(1);
    expect(unitsOf({ payloadBytes: 513 * 1024 }).httpApiRequest).toBe(2);
    const larger = { ...inputs, observed: { ...observed, itemBytes: 1_025 } };
    expect(unitsPerEvent(workload, larger).dynamoDbWrite).toBe(4);
  });

  test('batches share the consumer, its receive, its delete and its line', () => {
    expect(unitsOf({ batchSize: 1 })).toMatchObject({ lambdaRequest: 2, sqsRequest: 3, dynamoDbWrite: 2 });
    expect(logBytesPerEvent(observed, 1, 'as-deployed')).toBe(500 + 300 + 300);
    expect(logBytesPerEvent(observed, 10, 'as-deployed')).toBe(500 + 300 + 100);
    expect(logBytesPerEvent(observed, 10, 'no-access-log')).toBe(300 + 100);
    expect(logBytesPerEvent(observed, 10, 'platform-info')).toBeGreaterThan(900 + 300);
  });

  test('a duplicate takes the whole way but for the second write', () => {
    const all = unitsOf({ duplicateShare: 1 });
    expect(all).toMatchObject({ httpApiRequest: 2, dynamoDbWrite: 3 });
    expect(all.lambdaRequest).toBeCloseTo(2.2, 9);
    expect(all.dynamoDbGigabyteMonth).toBe(unitsOf({}).dynamoDbGigabyteMonth);
  });

  test('sensitivities change one thing', () => {
    const asked = costOf(workload, inputs);
    const changes = sensitivities(workload, inputs, asked);
    const differenceOf = (what: string) =>
      changes.find((each) => each.what === what)?.difference ?? Number.NaN;
    expect(differenceOf('batches of 10')).toBe(0);
    expect(differenceOf('batches of 1')).toBeGreaterThan(0.9 * 0.2 + 1.8 * 0.4);
    const accessLog = (1e6 * 500 * 0.53) / 1024 ** 3;
    expect(differenceOf('without the access log')).toBeCloseTo(-accessLog, 6);
    expect(differenceOf('a function URL in place of the HTTP API')).toBeCloseTo(-1 - accessLog, 6);
    expect(differenceOf('functions of 512 MB, which start in 700 ms')).toBe(0);
    expect(differenceOf('functions of 256 MB, which start in 1400 ms')).toBeLessThan(0);
  });
});

test('an item is as large as DynamoDB says', () => {
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
  expect(itemBytes({ id: { S: 'äbc' } })).toBe(2 + 4);
  expect(itemBytes({ n: { N: '1795510565783' } })).toBe(1 + 7 + 1);
  expect(itemBytes({ n: { N: '-0.50' } })).toBe(1 + 1 + 1);
  expect(itemBytes({ m: { M: { a: { BOOL: true } } } })).toBe(1 + 3 + 1 + 1 + 1);
  expect(itemBytes({ l: { L: [{ S: 'xy' }, { NULL: true }] } })).toBe(1 + 3 + 2 + 2 + 1);
});

describe('the command', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cost-'));
  });
  afterAll(() => rm(directory, { recursive: true }));
  const run = (...args: string[]) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const child = execFile(
        process.execPath,
        ['--import', 'tsx', join(projectDirectory, 'bench/cost/cost.ts'), ...args],
        { cwd: projectDirectory },
        (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
      );
    });
  const written = async (name: string, run: unknown) => {
    const path = join(directory, name);
    await writeFile(path, JSON.stringify(run));
    return path;
  };
  const row = (subject: string, median: number) => ({ subject, median, unit: 'ms/event' });
  const rows = [row('CPU of the ingest function', 1.5), row('CPU of the consumer function', 2.5)];

  test('takes the processor time from a run, or says what is missing', async () => {
    const good = await written('good.json', { benchmarks: [{ name: 'end-to-end', rows }] });
    expect(await readDurations(good)).toEqual({ ingestCpuMs: 1.5, consumerCpuMs: 2.5, from: good });
    const without = await written('without.json', {
      benchmarks: [{ name: 'end-to-end', error: 'it failed' }],
    });
    await expect(readDurations(without)).rejects.toThrow('holds no "CPU of the ingest function"');
    await expect(readDurations(join(directory, 'no.json'))).rejects.toThrow(CommandError);
  });

  test('prints one JSON document, and refuses what it does not understand', async () => {
    const [good, without, unknown, wrong] = await Promise.all([
      run('--events-per-month', '2000000', '--json'),
      run(),
      run('--events-per-month', '1', '--logging', 'all'),
      run('--events-per-month', '1.5'),
    ]);
    const answer = JSON.parse(good.stdout);
    expect(good).toMatchObject({ code: 0, stderr: '' });
    expect(answer).toMatchObject({
      goal_usd_per_million: 4.25,
      // Whether the processor times of the last run meet it is the page's to say.
      goal_met: answer.usd_per_million <= 4.25,
      workload: { batch_size: 10 },
    });
    expect(answer.usd_per_million).toBeGreaterThan(3);
    expect([without, unknown, wrong].map(({ code, stdout }) => ({ code, stdout }))).toEqual(
      Array(3).fill({ code: 2, stdout: '' }),
    );
    expect(wrong.stderr).toContain('whole number');
  });
});
