import type { LedgerRecord } from '../../lambdas/ledger/record.ts';
import type { Accounts } from './accounts.ts';
import type { Fault } from './fault-log.ts';

/**
 * A handler that had its effect more than once: the admitted window between a handler's last effect and its record.
 * One of these for each time.
 */
export interface ExtraRun {
  readonly eventId: string;
  readonly handler: string;
  /** What ended the attempt before, or took its record; absent when nothing is known. */
  readonly explained?: string;
}

/** How long after the fault its effect may be noticed, and the other way round, in milliseconds. */
const SLACK_MS = 50;

/** Every effect but the last of its handler, with the fault that lost its record. */
export function extraRuns({ runs, records, faultsOf }: Accounts): ExtraRun[] {
  const found: ExtraRun[] = [];
  for (const [eventId, byHandler] of runs) {
    for (const [handler, { startsMs, effectsMs }] of byHandler) {
      effectsMs.slice(0, -1).forEach((effectMs, index) => {
        const nextStartMs =
          startsMs.find((startMs) => startMs > effectMs) ?? effectsMs[index + 1] ?? effectMs;
        const fault = faultsOf(eventId).find(
          (each) => losesRecords(each) && isWithin(each.atMs, effectMs, nextStartMs),
        );
        const explained =
          fault === undefined
            ? timedOut(records.get(eventId), handler, effectMs, nextStartMs)
            : textOf(fault);
        found.push({ eventId, handler, ...(explained === undefined ? {} : { explained }) });
      });
    }
  }
  return found;
}

/** A worker's end, or a write to the ledger that did not get through. */
function losesRecords({ kind, operation }: Fault): boolean {
  return kind === 'worker killed' || kind === 'function timed out' || operation === 'UpdateItem';
}

function isWithin(atMs: number, fromMs: number, toMs: number): boolean {
  return atMs >= fromMs - SLACK_MS && atMs <= toMs + SLACK_MS;
}

function textOf({ kind, operation }: Fault): string {
  return operation === undefined ? kind : `${kind} (${operation})`;
}

/** On a machine that is busy a handler may be given up just after its effect. */
function timedOut(
  record: LedgerRecord | undefined,
  handler: string,
  fromMs: number,
  toMs: number,
): string | undefined {
  const failure = record?.failures.find(
    (each) => each.handler === handler && each.code === 'timeout' && isWithin(each.at_ms, fromMs, toMs),
  );
  return failure === undefined ? undefined : 'handler timed out';
}

/** How many extra runs each explanation explains. */
export function explanations(found: readonly ExtraRun[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { explained } of found) {
    if (explained !== undefined) counts[explained] = (counts[explained] ?? 0) + 1;
  }
  return counts;
}
