import { MIN_LEDGER_RETENTION_DAYS } from './ledger-table.ts';

/** Begins the keys of the snapshot's items in the ledger's table; no event id and no content key has a `#`. */
export const SNAPSHOT_KEY = 'reconcile#snapshot';
/** Of content keys and snapshots: as long as an event may wait on both queues. */
export const CONTENT_RETENTION_DAYS = MIN_LEDGER_RETENTION_DAYS;
export const MAX_CALLS = 5_000;
export const RECONCILE_TIMEOUT_SECONDS = 300;

/** What an invocation may ask for; the schedule asks for nothing. */
export interface ReconcileRequest {
  /** Nothing is enqueued and nothing noted. */
  readonly dryRun?: boolean;
  /** So many connections may be gone at once: somebody has looked. */
  readonly allowGone?: number;
}

export type GapKind = 'sync' | 'connection-gone' | 'connection-new' | 'mapping';
/** The next run goes on. */
const HARMLESS = ['rate-limited', 'calls-used-up', 'time-is-up', 'another-run'] as const;
const ALARMING = [
  'too-many-gone',
  'key-refused',
  'supaglue-fails',
  'another-application',
  'customers-unreadable',
] as const;
/** Why a run ended early, or decided less. */
export type StopReason = (typeof HARMLESS | typeof ALARMING)[number];

/** Whether the alarm rings. */
export function needsSomebody(reason: StopReason): boolean {
  return (ALARMING as readonly StopReason[]).includes(reason);
}

export interface ReconcileReport {
  readonly gaps: readonly Readonly<Record<'id' | 'type' | 'key', string> & { kind: GapKind }>[];
  /** Changes within the grace. */
  readonly waiting: number;
  /** Connections that write into another schema than before: no event tells it. */
  readonly schemas: readonly string[];
  readonly customers: Readonly<Record<'known' | 'listed' | 'unreadable', number>>;
  readonly connections: Readonly<Record<'known' | 'missing', number>>;
  readonly calls: number;
  readonly stopped: readonly StopReason[];
}
