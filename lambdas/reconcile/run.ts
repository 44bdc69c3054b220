import type { ReconcileReport, ReconcileRequest } from '../contract/reconcile.ts';
import type { ContentRecord, Contents } from '../ledger/contents.ts';
import { inParallel } from '../runtime/in-parallel.ts';
import { type CallBudget, Calls } from './calls.ts';
import { AT_ONCE, list } from './list.ts';
import { compare, conclude, type Settings } from './reconcile.ts';
import type { Gap } from './snapshot.ts';
import type { SnapshotStore } from './snapshot-store.ts';

export interface ReconcileDependencies extends CallBudget {
  readonly settings: Settings;
  readonly snapshots: Pick<SnapshotStore, 'load' | 'write'>;
  readonly contents: Pick<Contents, 'read'>;
  enqueue(gap: Gap): Promise<void>;
}

/**
 * One run. What it decides stands in the snapshot before it goes to the queue, so that of two runs at once one decides,
 * and what a crash left is sent by the next: under the same id, which the ledger lets run once.
 */
export async function runReconcile(
  { dryRun = false, allowGone = 0 }: ReconcileRequest,
  dependencies: ReconcileDependencies,
): Promise<ReconcileReport> {
  const { snapshots, contents, nowMs, enqueue } = dependencies;
  const settings = { ...dependencies.settings, allowGone };
  const { snapshot: known, revision } = await snapshots.load(nowMs());
  const send = async (gaps: readonly Gap[]): Promise<Gap[]> => {
    const left: Gap[] = [];
    await inParallel(gaps, AT_ONCE, (gap) => enqueue(gap).catch(() => void left.push(gap)));
    return left;
  };
  const unsent = dryRun ? known.pending : await send(known.pending);
  const calls = new Calls(dependencies);
  const { listings, unreadable, stopped } = await list(known, calls, { nowMs, graceMs: settings.graceMs });
  const compared = compare({ ...known, pending: unsent }, listings, nowMs(), settings);
  const seen = new Map<string, ContentRecord>();
  await inParallel(compared.candidates, AT_ONCE, async ({ key }) => {
    const record = await contents.read(key);
    if (record !== undefined) seen.set(key, record);
  });
  const outcome = conclude(compared, seen, settings);
  const reasons = [stopped, ...outcome.stopped].filter((reason) => reason !== undefined);
  const { snapshot } = outcome;
  const { customers } = snapshot;
  const report = {
    gaps: outcome.gaps.map(({ id, kind, type, key }) => ({ id, kind, type, key })),
    waiting: outcome.waiting,
    schemas: outcome.schemas,
    customers: { known: Object.keys(customers).length, listed: listings.connections.size, unreadable },
    connections: {
      known: Object.values(customers).reduce((sum, each) => sum + Object.keys(each.connections).length, 0),
      missing: outcome.missing,
    },
    calls: calls.made,
    stopped: reasons,
  };
  if (dryRun) return report;
  const written = await snapshots.write(snapshot, revision, nowMs());
  if (written === undefined) return { ...report, gaps: [], stopped: [...reasons, 'another-run'] };
  if (snapshot.pending.length === 0) return report;
  const left = [...unsent, ...(await send(outcome.gaps))];
  // Refused: another run has sent them too.
  await snapshots.write({ ...snapshot, pending: left }, written, nowMs());
  if (left.length > 0) throw new Error(`the queue took ${left.length} events not: the next run sends them`);
  return report;
}
