/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import type { EventOutcome } from '../../dead-letters/redrive.ts';
import { ReadOnly, RerunForm } from './confirm-redrive.tsx';
import { FormToken, Panel } from './elements.tsx';
import type { View } from './layout.tsx';
import type { PageContext } from './page-context.ts';
import { PlanText } from './plan-text.tsx';

export interface ResendProps {
  readonly page: PageContext;
  readonly id: string;
  /** Of a dry run. */
  readonly outcome: EventOutcome;
  readonly rerun: readonly string[];
  readonly rerunnable: readonly string[];
}

/** What would run again, and the button that makes it run. */
export function resendView(props: ResendProps): View {
  const { page, id, outcome, rerun, rerunnable } = props;
  const isPlanned = outcome.outcome === 'planned';
  const options = rerun.map((name) => `--rerun ${name}`);
  const command = ['events resend', id, ...options, '--confirm', page.target.flag].join(' ');
  return {
    title: `Run ${id} again`,
    section: 'events',
    polls: false,
    live: (
      <>
        <div class="page-head">
          <h1>Run {id} again</h1>
        </div>
        <Panel id="plan" title="What happens">
          <PlanText page={page} plan={outcome.plan} />
        </Panel>
        {rerunnable.length === 0 ? '' : <RerunForm {...props} selection={{ id }} action="resend" />}
        {isPlanned && !page.write ? <ReadOnly command={command} /> : ''}
        <form method="post" action={`${page.base}/resend`} class="confirm">
          <FormToken page={page} />
          <input type="hidden" name="id" value={id} />
          {rerun.map((handler) => (
            <input type="hidden" name="rerun" value={handler} />
          ))}
          <p class="actions">
            {isPlanned && page.write ? (
              <button type="submit" class="button primary">
                Run it again
              </button>
            ) : (
              ''
            )}
            <a class="button" href={`${page.base}/events/${encodeURIComponent(id)}`}>
              Cancel
            </a>
          </p>
        </form>
      </>
    ),
  };
}
