import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { DynamoDbLedger } from '../../lambdas/ledger/dynamodb-ledger.ts';
import { ArchivedTable, RecordArchive } from '../system/archived-table.ts';
import { endToEndRows, type Measured } from '../system/end-to-end-rows.ts';
import { callCounts, growthRows } from '../system/growth.ts';
import { growthRecord, type Window } from '../system/growth-events.ts';
import type { Point } from '../system/growth-run.ts';
import { putLoad } from '../system/load.ts';
import { CompletionLog } from '../system/subject.ts';
import type { System } from '../system/systems.ts';

const signal = new AbortController().signal;

describe('records outside of the heap', () => {
  test('are found by their keys alone, also the newest of two', () => {
    const archive = new RecordArchive(2_000);
    for (let index = 0; index < 2_000; index += 1) archive.put(`key-${index}`, { n: { N: String(index) } });
    archive.put('key-7', { n: { N: 'seven' } });
    expect(archive.size).toBe(2_000);
    expect(archive.get('key-1999')).toEqual({ n: { N: '1999' } });
    expect(archive.get('key-7')).toEqual({ n: { N: 'seven' } });
    expect(archive.get('key-2000')).toBeUndefined();
  });

  test('of a ledger are still refused to a second claim', async () => {
    const table = new ArchivedTable(10);
    const ledger = new DynamoDbLedger({ table, tableName: 'ledger', retentionDays: 100 });
    const event = {
      eventId: 'msg_1',
      bodySha256: '0'.repeat(64),
      eventType: 'sync.complete',
      receivedAtMs: 1,
      sentAtMs: 1,
      signedAtSeconds: 1,
    };
    const claim = (owner: string) => ({ eventId: 'msg_1', owner, leaseExpiresAtMs: 50, alone: true });
    expect(await ledger.claim(event, claim('one'), 10)).toMatchObject({ outcome: 'claimed' });
    expect(table.open).toBe(1);
    const outcome = { completed: { audit: 11 }, failedForGood: {}, failures: [], attempts: 1 };
    expect(await ledger.complete(claim('one'), outcome, 11)).toBe('written');
    expect({ open: table.open, records: table.archive.size }).toEqual({ open: 0, records: 1 });
    expect(await ledger.claim(event, claim('two'), 99)).toMatchObject({ outcome: 'completed' });
    expect(table.takeUse()).toMatchObject({ updates: 3, reads: 0 });
    expect(table.takeUse()).toMatchObject({ updates: 0 });
  });

  test('the same event can be made again', () => {
    expect(growthRecord(12).body).toBe(growthRecord(12).body);
    expect(growthRecord(12).messageId).not.toBe(growthRecord(13).messageId);
  });
});

describe('a load', () => {
  const servers: ReturnType<typeof createServer>[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });
  /** A system that answers each webhook with `status`, and completes it as `complete` says. */
  async function system(status: number, complete: (id: string, log: CompletionLog) => void): Promise<System> {
    const log = new CompletionLog();
    const server = createServer((request: IncomingMessage, response) => {
      complete(String(request.headers['svix-id']), log);
      response.writeHead(status).end();
    }).listen(0, '127.0.0.1');
    servers.push(server);
    await new Promise((resolve) => server.once('listening', resolve));
    return {
      name: 'a test',
      webhookUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`,
      completions: (count) => log.take(count, 2_000),
      cpu: async () => ({}),
      summary: async () => ({ completed: log.ids.size, done: log.ids.size }),
      stop: async () => undefined,
    };
  }

  test('has the latency of each event', async () => {
    const good = await system(200, (id, log) => log.add(id));
    const result = await putLoad(good, { events: 12, concurrency: 3 }, signal);
    expect(result.latenciesMs).toHaveLength(12);
    expect(Math.min(...result.latenciesMs)).toBeGreaterThan(0);
    expect(result.tookMs).toBeGreaterThanOrEqual(Math.max(...result.latenciesMs));
    const paced = await putLoad(good, { events: 3, concurrency: 3, perSecond: 50 }, signal);
    expect(paced.tookMs).toBeGreaterThanOrEqual(39);
  });

  test('counts an event once that is acknowledged twice', async () => {
    const twice = await system(200, (id, log) => {
      log.add(id);
      log.add(id);
    });
    const result = await putLoad(twice, { events: 12, concurrency: 3 }, signal);
    expect(result.latenciesMs).toHaveLength(12);
    expect(await twice.summary()).toEqual({ completed: 12, done: 12 });
  });

  test('fails for a wrong answer and a foreign event', async () => {
    const load = { events: 2, concurrency: 1 };
    const refusing = await system(401, (id, log) => log.add(id));
    await expect(putLoad(refusing, load, signal)).rejects.toThrow('answered with 401');
    const foreign = await system(200, (id, log) => log.add(`${id}?`));
    await expect(putLoad(foreign, load, signal)).rejects.toThrow('completions of 2 came');
  });

  test('tells how many of its events were completed when the time was up', async () => {
    const log = new CompletionLog();
    log.add('msg_1');
    await expect(log.take(2, 20)).rejects.toThrow('1 of 2 events');
  });
});

describe('rows', () => {
  const measured = (name: string, tookMs: number, cpu: Measured['cpu'][number]): Measured => {
    const load = { events: 10, tookMs, latenciesMs: Array.from({ length: 101 }, (_, index) => index) };
    return { name, floods: [load], paces: [load], cpu: [cpu] };
  };

  test('of two systems: throughput, percentiles, ratios and the share of the engines', () => {
    const ours = measured('ours', 100, { main: 5, ingest: 3, consumer: 2 });
    const rival = measured('rival', 50, { web: 3, redis: 1 });
    const rows = endToEndRows([ours, rival], [4, 4, 4]);
    const find = (subject: string) => rows.find((row) => row.subject === subject);
    expect(find('ours: throughput')).toMatchObject({ median: 100, ratio: 0.5, against: 'rival' });
    expect(find('rival: throughput')).toMatchObject({ median: 200 });
    expect(find('ours: latency p95')).toMatchObject({ median: 95, ratio: 1 });
    expect(find('CPU of the ingest function')).toMatchObject({ median: 3, note: 'ours' });
    expect(find("ours: the engines' share of all CPU")).toMatchObject({ median: 40 });
    expect(find("rival: the engines' share of all CPU")).toMatchObject({ median: 25 });
  });

  test('of ours alone have no ratio', () => {
    const rows = endToEndRows([measured('ours', 100, { main: 1 })], [1]);
    expect(rows.filter(({ ratio }) => ratio !== undefined)).toEqual([]);
  });

  const windows = (consumerUs: number, calls = 2): Window[] => [{ consumerUs, tableUs: 50, calls }];
  const point = (size: number, of: Point['of'], us: number): Point => ({
    size,
    of,
    windows: windows(us),
    duplicates: windows(us / 2, 1),
    heapBytes: 11e6,
  });

  test('of growth compare with a thousand, and have a goal', () => {
    const points = [
      point(1_000, 'events', 100),
      point(100_000, 'events', 120),
      point(1_000_000, 'records', 90),
    ];
    const rows = growthRows(points);
    const find = (subject: string) => rows.find((row) => row.subject === subject);
    expect(find('an event, after 10^3 events')).not.toHaveProperty('goal');
    expect(find('an event, after 10^5 events')).toMatchObject({ ratio: 1.2, goal: 1.1, median: 120 });
    expect(find('an event, with 10^6 records')).toMatchObject({ ratio: 0.9 });
    expect(find('a duplicate, with 10^6 records')).toMatchObject({ median: 45 });
    expect(callCounts(points)).toContainEqual({
      name: 'a duplicate, with 10^6 records',
      value: 1,
      unit: 'AWS calls',
    });
  });

  test('a call more for one event is not averaged away', () => {
    const odd = { ...point(1_000, 'events', 100), windows: [...windows(1, 2), ...windows(1, 2.002)] };
    expect(() => callCounts([odd])).toThrow('differ: 2, 2.002');
  });
});
