import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { FAILURE_SHARDS } from '../../lambdas/contract/ledger-table.ts';
import { failureBucket } from '../../lambdas/ledger/failure-bucket.ts';

test('a mass failure spreads over every shard about evenly, one event always in the same', () => {
  const counts = new Map<string, number>();
  for (let event = 0; event < 4_000; event++) {
    const id = `msg_${randomUUID()}`;
    const bucket = failureBucket(id, 'DEAD');
    expect(failureBucket(id, 'DEAD')).toBe(bucket);
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  const shards = Array.from({ length: FAILURE_SHARDS }, (_, shard) => `DEAD#${shard}`);
  expect([...counts.keys()].sort()).toEqual(shards);
  for (const count of counts.values()) expect(count).toBeGreaterThan(500);
});
