import { FAILURE_SHARDS } from '../contract/ledger-table.ts';

/** Partition of the failures index. The id's last character is as random as the id: it spreads a mass failure. */
export function failureBucket(eventId: string, state: 'RETRYING' | 'DEAD'): string {
  const shard = (eventId.codePointAt(eventId.length - 1) ?? 0) % FAILURE_SHARDS;
  return `${state}#${shard}`;
}
