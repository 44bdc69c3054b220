/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import type { Child } from 'hono/jsx';
import { safeText } from '../../../local/safe-text.ts';
import { Disposition, type PlannedEvent } from '../../dead-letters/plan.ts';
import { Age, Badge, type Tone } from './elements.tsx';
import type { PageContext } from './page-context.ts';

export const DISPOSITIONS: Readonly<Record<Disposition, { readonly tone: Tone; readonly label: string }>> = {
  [Disposition.RUN]: { tone: 'info', label: 'runs again' },
  [Disposition.UNRECORDED]: { tone: 'warn', label: 'runs in full' },
  [Disposition.LEASED]: { tone: 'warn', label: 'waits, then runs' },
  [Disposition.COMPLETED]: { tone: 'good', label: 'skipped, COMPLETED' },
  [Disposition.FUTILE]: { tone: 'bad', label: 'skipped, futile' },
};

export interface PlanTextProps {
  readonly page: PageContext;
  readonly plan: PlannedEvent;
  readonly children?: Child;
}

/** What a redrive would do with one event. */
export function PlanText({ page, plan, children }: PlanTextProps) {
  const { disposition, willRun, completed, untilMs, note, reset, namesAreGuessed } = plan;
  const { tone, label } = DISPOSITIONS[disposition];
  return (
    <p class="plan">
      <Badge tone={tone}>{label}</Badge>
      {willRun.length === 0 ? '' : <span>runs {names(willRun)}</span>}
      {completed.length === 0 ? '' : <span>not again: {names(completed)}</span>}
      {reset === undefined ? '' : <span>although completed: {names(reset)}</span>}
      {untilMs !== undefined && (
        <span>
          held, free <Age atMs={untilMs} nowMs={page.nowMs} />
        </span>
      )}
      {note === undefined ? '' : <span>{safeText(note, 300)}</span>}
      {disposition === Disposition.UNRECORDED ? <span>the ledger holds no record of it</span> : ''}
      {namesAreGuessed !== undefined && (
        <span>by letters and records: the template does not tell the handlers</span>
      )}
      {disposition === Disposition.RUN && willRun.length === 0 && note === undefined && !namesAreGuessed && (
        <span>no handler is registered for its type</span>
      )}
      {children}
    </p>
  );
}

const names = (handlers: readonly string[]) => safeText(handlers.join(', '), 400);
