/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import type { Child } from 'hono/jsx';
import { safeText } from '../../../local/safe-text.ts';
import { counted, formatCount } from '../../cli/command-text.ts';
import { Disposition, type PlannedEvent } from '../../dead-letters/plan.ts';
import { Badge, Panel } from './elements.tsx';
import type { PageContext } from './page-context.ts';
import { PlanText } from './plan-text.tsx';

const SHOWN = 100;

const EXPLAINED: Readonly<Record<Disposition, string>> = {
  [Disposition.RUN]: 'back to the queue: handlers that have not completed run',
  [Disposition.UNRECORDED]: 'back to the queue: the ledger holds no record, so every handler runs',
  [Disposition.LEASED]: 'back to the queue, to wait there until its attempt or its backoff ends',
  [Disposition.COMPLETED]: 'left in place: the ledger says COMPLETED, nothing would run',
  [Disposition.FUTILE]: 'left in place: it would come straight back',
};

/** How many of each kind, and which handlers run how often. */
export function PlanSummary({ plans }: { readonly plans: readonly PlannedEvent[] }) {
  const byDisposition = counts(plans.map(({ disposition }) => disposition));
  const byHandler = counts(plans.flatMap(({ willRun }) => willRun));
  if (plans.length === 0) return '';
  return (
    <Panel id="plan" title="What happens">
      <ul class="plan-summary">
        {Object.values(Disposition).map((disposition) => {
          const count = byDisposition.get(disposition);
          return count === undefined ? (
            ''
          ) : (
            <li>
              <strong>{counted(count, 'event')}</strong> {EXPLAINED[disposition]}
            </li>
          );
        })}
      </ul>
      {byHandler.size > 0 && (
        <>
          <h3>Handlers that run</h3>
          <ul class="plan-summary">
            {[...byHandler].map(([handler, count]) => (
              <li>
                <strong>{safeText(handler, 80)}</strong> for {counted(count, 'event')}
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}

export interface PlanListProps {
  readonly page: PageContext;
  readonly plans: readonly PlannedEvent[];
  /** What is said of each. Default: what a redrive would do. */
  readonly describe?: (plan: PlannedEvent) => Child;
}

/** The events one by one, the first hundred. */
export function PlanList({ page, plans, describe }: PlanListProps) {
  if (plans.length === 0) return '';
  return (
    <Panel id="plan-events" title="Event by event">
      <ol class="rows" aria-label="Events">
        {plans.slice(0, SHOWN).map((plan) => {
          const id = plan.letter.eventId ?? plan.letter.messageId;
          return (
            <li class="row">
              <div class="row-main">
                <h3>
                  <a class="cover mono" href={`${page.base}/events/${encodeURIComponent(id)}`}>
                    {id}
                  </a>
                </h3>
                {describe === undefined ? (
                  <PlanText page={page} plan={plan}>
                    <EventFacts plan={plan} />
                  </PlanText>
                ) : (
                  <p class="plan">
                    {describe(plan)}
                    <EventFacts plan={plan} />
                  </p>
                )}
              </div>
            </li>
          );
        })}
      </ol>
      {plans.length > SHOWN ? <p class="muted">and {formatCount(plans.length - SHOWN)} more.</p> : ''}
    </Panel>
  );
}

function EventFacts({ plan: { letter, copies } }: { readonly plan: PlannedEvent }) {
  return (
    <>
      <span class="muted">{safeText(letter.eventType, 80)}</span>
      {letter.customerId !== undefined && (
        <span class="muted">customer {safeText(letter.customerId, 80)}</span>
      )}
      {copies.length > 1 ? <Badge tone="plain">{counted(copies.length, 'copy', 'copies')}</Badge> : ''}
    </>
  );
}

function counts<Key>(keys: readonly Key[]): ReadonlyMap<Key, number> {
  const found = new Map<Key, number>();
  for (const key of keys) found.set(key, (found.get(key) ?? 0) + 1);
  return found;
}
