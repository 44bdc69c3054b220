import type { GapKind } from '../contract/reconcile.ts';

/** An event that Supaglue has not sent, ready for the queue. */
export interface Gap {
  readonly id: string;
  readonly kind: GapKind;
  readonly type: string;
  readonly key: string;
  readonly body: string;
  /** What was received after this has told the same. */
  readonly sinceSeconds: number;
  /** When Supaglue's API showed it. */
  readonly atMs: number;
}

/** A change that an event may still tell: the last listing without it, the first with it, and how many in a row. */
export interface Noticed {
  readonly sinceMs: number;
  readonly firstMs: number;
  listings: number;
}

export interface KnownMapping {
  /** Of what it says; empty: nothing is mapped. */
  readonly hash: string;
  readonly changed?: Noticed;
  /** The change is that it is not there any more. */
  readonly isLost?: true;
}

export interface KnownConnection {
  readonly providerName: string;
  readonly providerId: string;
  readonly category: string;
  schema?: string | undefined;
  created?: Noticed;
  missing?: Noticed;
  /** By content key. */
  readonly mappings: Record<string, KnownMapping>;
}

export interface KnownCustomer {
  /** The start of the last complete listing; of one that is new, of the last that lacked it. */
  listedAtMs: number;
  /** It was there before anything was compared. */
  isBaseline?: true;
  readonly connections: Record<string, KnownConnection>;
}

/** What Supaglue's API showed, as far as it was compared with what events told. Times in epoch milliseconds. */
export interface Snapshot {
  readonly version: 1;
  /** The first run: what was before is no gap. */
  readonly startedAtMs: number;
  applicationId?: string;
  customersListedMs?: number;
  readonly customers: Record<string, KnownCustomer>;
  /** Names of the application's entities: a run tells the id alone. */
  readonly entities: Record<string, string>;
  /** Starts of the last two complete listings of runs, the newest first. */
  runsListedMs: number[];
  /** Runs that were made up for: when they ended. */
  readonly toldRuns: Record<string, number>;
  /** Decided, and perhaps not on the queue yet. */
  pending: Gap[];
}

export function firstSnapshot(startedAtMs: number): Snapshot {
  return {
    version: 1,
    startedAtMs,
    customers: {},
    entities: {},
    runsListedMs: [],
    toldRuns: {},
    pending: [],
  };
}

/** Supaglue's clock may differ from ours by that much. */
const CLOCK_MARGIN_MS = 5 * 60_000;

/** Runs that ended before this have been in two complete listings, or are none of ours. */
export function runsFromMs({ startedAtMs, runsListedMs: [, before] }: Snapshot, graceMs: number): number {
  return Math.max(startedAtMs, (before ?? 0) - graceMs - CLOCK_MARGIN_MS);
}
