/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import { safeText } from '../../../local/safe-text.ts';
import { counted, formatCount } from '../../cli/command-text.ts';
import type { DeadLetter } from '../../dead-letters/dead-letter.ts';
import { EXPIRY_WARNING_MS, expiresAtMs, type FailureGroup } from '../../dead-letters/groups.ts';
import type { Selection } from '../../dead-letters/selection.ts';
import { selectionFields } from '../data/selection-query.ts';
import type { SnapshotState } from '../data/snapshot.ts';
import { Actions } from './actions.tsx';
import { Age, Badge, Panel } from './elements.tsx';
import { Filters } from './filters.tsx';
import { GroupFacts, groupTitle } from './groups.tsx';
import type { View } from './layout.tsx';
import type { PageContext } from './page-context.ts';
import { SnapshotBar } from './snapshot-bar.tsx';

const PER_PAGE = 100;

export interface LettersProps {
  readonly page: PageContext;
  readonly snapshot: SnapshotState;
  readonly selection: Selection;
  /** Those selected, newest first. */
  readonly letters: readonly DeadLetter[];
  /** Of which all that can be filtered by are members. */
  readonly among: readonly DeadLetter[];
  /** The group that the page is about; absent on the page of all letters, or when no letter of it is left. */
  readonly group?: FailureGroup;
  /** From 1. */
  readonly pageNumber: number;
}

export function lettersView(props: LettersProps): View {
  const { page, snapshot, selection, letters, among, group } = props;
  const { groupId, ...filter } = selection;
  const isFiltered = selectionFields(filter).length > 0;
  const title =
    group === undefined ? (groupId === undefined ? 'Dead letters' : `Group ${groupId}`) : groupTitle(group);
  const what = isFiltered ? 'these' : groupId === undefined ? 'all' : 'this group';
  return {
    title,
    section: 'letters',
    ...(snapshot.takenAtMs === undefined ? { reloadSeconds: 2 } : {}),
    fixed: (
      <>
        <div class="page-head">
          <h1>{title}</h1>
          {groupId === undefined ? '' : <p class="muted">Group {groupId}</p>}
        </div>
        <Filters page={page} selection={selection} among={among} />
      </>
    ),
    live: (
      <>
        {group === undefined ? '' : <GroupSummary page={page} group={group} />}
        <Panel
          id="letters"
          title={`${counted(letters.length, 'letter')}${isFiltered ? ' chosen' : ''}`}
          aside={<SnapshotBar page={page} snapshot={snapshot} />}
        >
          {letters.length === 0 ? (
            <p class="empty">{emptyText(props, isFiltered)}</p>
          ) : (
            <>
              <Actions page={page} selection={selection} what={what} />
              <LetterList {...props} />
              <Paging {...props} />
            </>
          )}
        </Panel>
      </>
    ),
  };
}

function emptyText({ snapshot, selection }: LettersProps, isFiltered: boolean): string {
  if (snapshot.takenAtMs === undefined) return 'Looking for dead letters …';
  if (isFiltered) return 'No letter fits these filters.';
  return selection.groupId === undefined
    ? 'No dead letters: nothing needs you.'
    : 'No letter of this group is left.';
}

function GroupSummary({ page, group }: { readonly page: PageContext; readonly group: FailureGroup }) {
  return (
    <section class="panel summary" aria-label="What failed">
      <p class="message">{safeText(group.message, 1_000)}</p>
      {group.frame === undefined ? '' : <p class="frame">{safeText(group.frame, 300)}</p>}
      <p class="facts">
        <GroupFacts page={page} group={group} />
      </p>
    </section>
  );
}

function LetterList({ page, letters, pageNumber }: LettersProps) {
  const shown = letters.slice((pageNumber - 1) * PER_PAGE, pageNumber * PER_PAGE);
  return (
    <ol class="rows" aria-label="Letters" start={(pageNumber - 1) * PER_PAGE + 1}>
      {shown.map((letter) => (
        <LetterRow page={page} letter={letter} />
      ))}
    </ol>
  );
}

function LetterRow({ page, letter }: { readonly page: PageContext; readonly letter: DeadLetter }) {
  const { failure, customerId, messageId, eventId } = letter;
  const id = eventId ?? messageId;
  const expiresMs = expiresAtMs(letter);
  return (
    <li id={`letter-${messageId}`} class="row letter">
      <div class="row-main">
        <h3>
          <a class="cover mono" href={`${page.base}/events/${encodeURIComponent(id)}`}>
            {id}
          </a>
        </h3>
        <p class="message">
          {failure === undefined ? 'SQS moved it without a reason.' : safeText(failureLine(letter), 240)}
        </p>
        <p class="facts">
          <span>{safeText(letter.eventType, 80)}</span>
          {customerId === undefined ? '' : <span>customer {safeText(customerId, 80)}</span>}
          {failure === undefined ? '' : <span>{counted(failure.attempts, 'attempt')}</span>}
          <span>
            failed <Age atMs={failure?.failedAtMs ?? letter.sentAtMs} nowMs={page.nowMs} />
          </span>
          {expiresMs - page.nowMs <= EXPIRY_WARNING_MS ? (
            <Badge tone="warn">
              lost <Age atMs={expiresMs} nowMs={page.nowMs} />
            </Badge>
          ) : (
            ''
          )}
        </p>
      </div>
    </li>
  );
}

function failureLine({ failure }: DeadLetter): string {
  const [first] = failure?.handlers ?? [];
  return first === undefined
    ? (failure?.message ?? '')
    : `${first.handler}: ${first.error}: ${first.message}`;
}

function Paging({ page, letters, pageNumber, selection }: LettersProps) {
  const pages = Math.ceil(letters.length / PER_PAGE);
  if (pages <= 1) return '';
  const href = (number: number) => {
    const query = new URLSearchParams(selectionFields(selection));
    query.delete('group');
    query.set('page', String(number));
    const path = selection.groupId === undefined ? '/letters' : `/groups/${selection.groupId}`;
    return `${page.base}${path}?${query}`;
  };
  return (
    <nav class="paging" aria-label="Letters, by page">
      {pageNumber > 1 ? <a href={href(pageNumber - 1)}>Newer</a> : <span />}
      <span>
        {formatCount((pageNumber - 1) * PER_PAGE + 1)}–
        {formatCount(Math.min(letters.length, pageNumber * PER_PAGE))} of {formatCount(letters.length)}
      </span>
      {pageNumber < pages ? <a href={href(pageNumber + 1)}>Older</a> : <span />}
    </nav>
  );
}
