import { safeText } from '../../../local/safe-text.ts';
import { formatUtcTime } from '../../cli/format-time.ts';
import { Disposition } from '../../dead-letters/plan.ts';
import type { PlanJson } from './json.ts';

/** What a redrive does with an event, as the end of a sentence about it. The same for events with the same plan. */
export function planText(plan: PlanJson): string {
  const { disposition, note } = plan;
  const whatRuns = note === undefined ? runText(plan) : safeText(note);
  switch (disposition) {
    case Disposition.RUN:
      return whatRuns;
    case Disposition.LEASED:
      return `once its attempt, or the backoff after it, has ended: ${whatRuns}`;
    case Disposition.COMPLETED:
      return 'skipped: COMPLETED in the ledger, nothing is left to run';
    case Disposition.FUTILE:
      return `skipped: ${safeText(note ?? 'it would come straight back')}`;
    case Disposition.UNRECORDED:
      return `the ledger has no record of it: ${runText(plan)}`;
  }
}

/** Until when an attempt or its backoff holds the event; empty when none does. */
export function leaseText({ until_ms: untilMs }: PlanJson): string {
  return untilMs === undefined ? '' : `held until ${formatUtcTime(untilMs)} UTC: `;
}

/** Whether a redrive leaves the event where it is. */
export function isSkipped({ disposition }: Pick<PlanJson, 'disposition'>): boolean {
  return disposition === Disposition.COMPLETED || disposition === Disposition.FUTILE;
}

function runText({ will_run: willRun, completed, names_are_guessed: guessed }: PlanJson): string {
  if (guessed === true) {
    const known = willRun.length === 0 ? '' : `: ${list(willRun)} by letters and records`;
    return `what has not completed runs${known} (the template does not tell the handlers)`;
  }
  if (willRun.length === 0 && completed.length === 0) {
    return 'no handler is registered for it: it is recorded as COMPLETED';
  }
  const run =
    willRun.length === 0
      ? 'no handler is left to run'
      : `${list(willRun)} ${willRun.length === 1 ? 'runs' : 'run'}`;
  if (completed.length === 0) return run;
  return completed.length === 1
    ? `${run}; ${list(completed)} has completed and does not`
    : `${run}; ${list(completed)} have completed and do not`;
}

function list(names: readonly string[]): string {
  return safeText(names.join(', '));
}
