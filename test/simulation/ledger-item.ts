import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Item } from './expressions.ts';

/** States as the auditor tells them apart, by what an item holds. */
export type LedgerState =
  | 'absent'
  | 'IN_PROGRESS'
  | 'COMPLETED'
  | 'FAILED (retrying)'
  | 'FAILED (copy not confirmed)'
  | 'FAILED (dead-lettered)';

export function stateOf(item: Item | undefined): LedgerState {
  if (item === undefined) return 'absent';
  const status = item['status']?.S;
  if (status === 'IN_PROGRESS' || status === 'COMPLETED') return status;
  if (item['dead_letter_reason'] === undefined) return 'FAILED (retrying)';
  return numberOf(item, 'attempts') === 0 ? 'FAILED (dead-lettered)' : 'FAILED (copy not confirmed)';
}

export function textOf(item: Item | undefined, name: string): string | undefined {
  return item?.[name]?.S;
}

export function numberOf(item: Item | undefined, name: string): number | undefined {
  const value = item?.[name]?.N;
  return value === undefined ? undefined : Number(value);
}

/** Whether the handler's completion is recorded. */
export function hasCompleted(item: Item | undefined, handler: string): boolean {
  return item?.['handlers']?.M?.[handler]?.N !== undefined;
}

export function completedHandlers(item: Item | undefined): string[] {
  return Object.keys(item?.['handlers']?.M ?? {}).filter((handler) => hasCompleted(item, handler));
}

/** Handlers that are marked as failed for good. */
export function failedHandlers(item: Item | undefined): string[] {
  return Object.entries(item?.['handlers']?.M ?? {}).flatMap(([handler, state]) =>
    state.M === undefined ? [] : [handler],
  );
}

export function describeItem(item: Item | undefined): string {
  if (item === undefined) return 'no item';
  const record = unmarshall({ ...item });
  const { status, owner, attempts, attempts_spent: spent, attempts_total: total } = record;
  const {
    not_before_ms: notBefore,
    dead_letter_reason: reason,
    lease_expires_at_ms: lease,
    handlers,
  } = record;
  return JSON.stringify({ status, owner, attempts, spent, total, notBefore, lease, reason, handlers });
}
