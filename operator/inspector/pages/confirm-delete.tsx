/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import { counted } from '../../cli/command-text.ts';
import { Disposition, type PlannedEvent } from '../../dead-letters/plan.ts';
import { selectionQuery, selectionText } from '../data/selection-query.ts';
import { Confirm, type ConfirmProps } from './confirm.tsx';
import { chosen, ReadOnly } from './confirm-redrive.tsx';
import { Badge, FormToken, Notice, SelectionInputs } from './elements.tsx';
import type { View } from './layout.tsx';
import { PlanList } from './plan-list.tsx';

export interface ConfirmDeleteProps extends ConfirmProps {
  readonly plans: readonly PlannedEvent[];
  /** Only what the ledger holds as COMPLETED. */
  readonly onlyCompleted: boolean;
}

/** What would be lost, and the button that loses it. */
export function confirmDeleteView(props: ConfirmDeleteProps): View {
  const { page, selection, snapshot, plans, onlyCompleted } = props;
  const completed = plans.filter(({ disposition }) => disposition === Disposition.COMPLETED);
  const going = onlyCompleted ? completed : plans;
  const areLost = going.length > completed.length;
  const what = `${onlyCompleted ? 'what is COMPLETED of ' : ''}${selectionText(selection)}`;
  return {
    title: 'Delete',
    section: 'letters',
    polls: false,
    live: (
      <Confirm {...props} title={`Delete ${what}`}>
        {going.length === 0 && snapshot.takenAtMs !== undefined && (
          <Notice tone="info">No letter seen fits: nothing to delete.</Notice>
        )}
        {going.length > 0 ? <Loss {...props} count={going.length} areLost={areLost} /> : ''}
        <OtherChoice {...props} completed={completed.length} />
        {page.write && going.length > 0 && (
          <form method="post" action={`${page.base}/delete`} class="confirm">
            <FormToken page={page} />
            <SelectionInputs selection={selection} />
            {onlyCompleted ? <input type="hidden" name="completed" value="1" /> : ''}
            <p class="actions">
              <button type="submit" class="button danger">
                Delete {counted(going.length, 'event')} for good
              </button>
              <a class="button" href={props.back}>
                Cancel
              </a>
            </p>
          </form>
        )}
        {!page.write && going.length > 0 && (
          <ReadOnly
            command={`dlq delete ${onlyCompleted ? '--completed ' : ''}${chosen(selection)} ${page.target.flag}`}
          />
        )}
        <PlanList page={page} plans={going} describe={ledgerState} />
      </Confirm>
    ),
  };
}

interface LossProps extends ConfirmDeleteProps {
  readonly count: number;
  /** Some have not been handled. */
  readonly areLost: boolean;
}

function Loss({ page, count, areLost }: LossProps) {
  return (
    <Notice tone="bad">
      <strong>{counted(count, 'event')} cannot be brought back.</strong> Their payloads are gone with the
      letters
      {areLost ? '; those that are not COMPLETED are then never handled' : ''}. To keep them, first run{' '}
      <code>npx supaglue-webhooks dlq export --output letters.ndjson {page.target.flag}</code>
    </Notice>
  );
}

function ledgerState({ disposition }: PlannedEvent) {
  if (disposition === Disposition.COMPLETED) return <Badge tone="good">COMPLETED</Badge>;
  return (
    <Badge tone="warn">{disposition === Disposition.UNRECORDED ? 'no ledger record' : 'not COMPLETED'}</Badge>
  );
}

function OtherChoice({
  page,
  selection,
  plans,
  onlyCompleted,
  completed,
}: ConfirmDeleteProps & { readonly completed: number }) {
  if (onlyCompleted || completed === 0 || completed === plans.length) return '';
  const query = selectionQuery(selection);
  return (
    <p>
      <a href={`${page.base}/delete${query === '' ? '?' : `${query}&`}completed=1`}>
        Only the {counted(completed, 'event')} that the ledger holds as COMPLETED
      </a>
    </p>
  );
}
