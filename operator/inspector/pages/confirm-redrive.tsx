/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import { safeText } from '../../../local/safe-text.ts';
import { counted } from '../../cli/command-text.ts';
import { selectionWords } from '../../commands/dlq/selection-options.ts';
import { Disposition, type PlannedEvent } from '../../dead-letters/plan.ts';
import type { Selection } from '../../dead-letters/selection.ts';
import { selectionText } from '../data/selection-query.ts';
import { Confirm, type ConfirmProps } from './confirm.tsx';
import { FormToken, Notice, SelectionInputs } from './elements.tsx';
import type { View } from './layout.tsx';
import { PlanList, PlanSummary } from './plan-list.tsx';

export interface ConfirmRedriveProps extends ConfirmProps {
  readonly plans: readonly PlannedEvent[];
  /** Handlers to run although they have completed. */
  readonly rerun: readonly string[];
  /** Handlers that could be chosen for that. */
  readonly rerunnable: readonly string[];
}

const STAYS: ReadonlySet<Disposition> = new Set([Disposition.COMPLETED, Disposition.FUTILE]);

/** What would happen, and the button that makes it happen. */
export function confirmRedriveView(props: ConfirmRedriveProps): View {
  const { page, selection, plans, rerun, rerunnable, snapshot } = props;
  const moving = plans.filter(({ disposition }) => !STAYS.has(disposition));
  return {
    title: 'Redrive',
    section: 'letters',
    polls: false,
    live: (
      <Confirm {...props} title={`Redrive ${selectionText(selection)}`}>
        {plans.length === 0 && snapshot.takenAtMs !== undefined ? (
          <Notice tone="info">No letter seen fits: nothing to redrive.</Notice>
        ) : (
          ''
        )}
        <PlanSummary plans={plans} />
        {rerunnable.length === 0 ? '' : <RerunForm {...props} />}
        {page.write && moving.length > 0 ? (
          <form method="post" action={`${page.base}/redrive`} class="confirm">
            <FormToken page={page} />
            <SelectionInputs selection={selection} />
            {rerun.map((handler) => (
              <input type="hidden" name="rerun" value={handler} />
            ))}
            <p class="muted">
              It is decided again for each letter at the moment of the move, so what has changed since the
              look counts.
              {selection.grep !== undefined && snapshot.withoutBody.size > 0
                ? ' More letters than were searched may fit, and are moved too.'
                : ''}
            </p>
            <p class="actions">
              <button type="submit" class="button primary">
                Redrive {counted(moving.length, 'event')}
              </button>
              <a class="button" href={props.back}>
                Cancel
              </a>
            </p>
          </form>
        ) : (
          ''
        )}
        {page.write || moving.length === 0 ? '' : <ReadOnly command={redriveCommand(props)} />}
        <PlanList page={page} plans={plans} />
      </Confirm>
    ),
  };
}

function redriveCommand({ page, selection, rerun }: ConfirmRedriveProps): string {
  return ['dlq redrive', chosen(selection), ...rerun.map((name) => `--rerun ${name}`), page.target.flag].join(
    ' ',
  );
}

/** A bulk command asks for a confirmation of its own. */
export function chosen(selection: Selection): string {
  const words = selectionWords(selection);
  if (selection.id !== undefined) return words;
  return `${words === '' ? '--all' : words} --confirm`;
}

export function ReadOnly({ command }: { readonly command: string }) {
  return (
    <Notice tone="info">
      This inspector is read-only: start it with <code>--write</code>, or run{' '}
      <code>npx supaglue-webhooks {command}</code>
    </Notice>
  );
}

export type RerunFormProps = Pick<ConfirmRedriveProps, 'page' | 'selection' | 'rerun' | 'rerunnable'> & {
  /** @default redrive */
  readonly action?: 'redrive' | 'resend';
};

export function RerunForm({ page, selection, rerun, rerunnable, action = 'redrive' }: RerunFormProps) {
  return (
    <details class="rerun" open={rerun.length > 0}>
      <summary>Run completed handlers again, too</summary>
      <form method="get" action={`${page.base}/${action}`}>
        <SelectionInputs selection={selection} />
        <fieldset>
          <legend>
            Their completion is taken out of the ledger first: only for handlers whose effect must be
            repeated.
          </legend>
          {rerunnable.map((handler, index) => (
            <p class="check">
              <input
                type="checkbox"
                id={`rerun-${index}`}
                name="rerun"
                value={handler}
                checked={rerun.includes(handler)}
              />
              <label for={`rerun-${index}`}>{safeText(handler, 80)}</label>
            </p>
          ))}
        </fieldset>
        <button type="submit">Show what would happen</button>
      </form>
    </details>
  );
}
