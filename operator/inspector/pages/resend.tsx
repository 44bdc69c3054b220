/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import type { EventOutcome } from '../../dead-letters/redrive.ts';
import { ReadOnly, RerunForm, type RerunFormProps } from './confirm-redrive.tsx';
import { FormToken, Panel } from './elements.tsx';
import type { View } from './layout.tsx';
import { PlanText } from './plan-text.tsx';

/** What would run again, and the button that makes it run. */
export function resendView(props: RerunFormProps & { readonly outcome: EventOutcome }): View {
  const { page, outcome, rerun, rerunnable, selection } = props;
  const title = `Run ${selection.id} again`;
  const words = ['events resend', selection.id, ...rerun.map((name) => `--rerun ${name}`), '--confirm'];
  const isPlanned = outcome.outcome === 'planned';
  return {
    title,
    section: 'events',
    polls: false,
    live: (
      <>
        <div class="page-head">
          <h1>{title}</h1>
        </div>
        <Panel id="plan" title="What happens">
          <PlanText page={page} plan={outcome.plan} />
        </Panel>
        {rerunnable.length > 0 && <RerunForm {...props} action="resend" />}
        {isPlanned && !page.write && <ReadOnly command={[...words, page.target.flag].join(' ')} />}
        {isPlanned && page.write && (
          <form method="post" action={`${page.base}/resend`} class="confirm">
            <FormToken page={page} />
            <input type="hidden" name="id" value={selection.id} />
            {rerun.map((handler) => (
              <input type="hidden" name="rerun" value={handler} />
            ))}
            <button type="submit" class="button primary">
              Run it again
            </button>
          </form>
        )}
      </>
    ),
  };
}
