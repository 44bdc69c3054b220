/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import { isReconciled } from '../../../lambdas/contract/reconciled-id.ts';
import type { LedgerRecord } from '../../../lambdas/ledger/record.ts';
import { safeText } from '../../../local/safe-text.ts';
import { counted } from '../../cli/command-text.ts';
import { isDeadLettered } from '../../core/event-steps.ts';
import type { DeadLetter } from '../../dead-letters/dead-letter.ts';
import { EXPIRY_WARNING_MS, expiresAtMs } from '../../dead-letters/groups.ts';
import type { PlannedEvent } from '../../dead-letters/plan.ts';
import { letterBytes } from '../../dead-letters/read-letter.ts';
import type { SnapshotState } from '../data/snapshot.ts';
import { Actions } from './actions.tsx';
import { Age, Badge, Notice, Panel, type Tone } from './elements.tsx';
import { Attributes } from './event-attributes.tsx';
import { Commands } from './event-commands.tsx';
import { FailureReasons } from './event-failure.tsx';
import { Payload } from './event-payload.tsx';
import { Timeline } from './event-timeline.tsx';
import type { View } from './layout.tsx';
import type { PageContext } from './page-context.ts';
import { PlanText } from './plan-text.tsx';
import { SnapshotBar } from './snapshot-bar.tsx';

export interface EventProps {
  readonly page: PageContext;
  /** svix-id, or SQS's message id of a letter that carries none. */
  readonly id: string;
  readonly snapshot: SnapshotState;
  readonly record?: LedgerRecord;
  /** One for each body that is on the dead-letter queue under this id; the newest first. */
  readonly plans: readonly PlannedEvent[];
  /** The payload of an event without a letter, where the local run has kept it. */
  readonly kept?: Buffer | undefined;
  /** Why the plans do not tell which handlers would run. */
  readonly planProblem?: string;
}

export function eventView(props: EventProps): View {
  const { page, id, snapshot, record, plans, planProblem, kept } = props;
  const [plan] = plans;
  const letter = plan?.letter;
  const type = letter?.eventType ?? record?.event_type;
  const isKnown = record !== undefined || letter !== undefined;
  const waits = snapshot.takenAtMs === undefined;
  return {
    title: id,
    ...(isKnown || waits ? {} : { status: 404 as const }),
    ...(waits ? { reloadSeconds: 2 } : {}),
    fixed: (
      <div class="page-head">
        <h1 class="mono">{id}</h1>
        {type === undefined ? '' : <p class="muted">{safeText(type, 120)}</p>}
        {isReconciled(id) ? <p class="muted">reconciled: Supaglue did not send it</p> : ''}
      </div>
    ),
    live: (
      <>
        <div class="status-line">
          <p class="facts" id="event-status">
            <Badge tone={statusTone(record, letter)}>{statusText(record, letter)}</Badge>
            {letter !== undefined && (
              <LetterFacts page={page} letter={letter} copies={plan?.copies.length ?? 1} />
            )}
          </p>
          <SnapshotBar page={page} snapshot={snapshot} />
        </div>
        {isKnown ? '' : <Unknown waits={waits} />}
        {letter === undefined ? '' : <Actions page={page} selection={{ id }} what="this event" />}
        {letter === undefined && record !== undefined && !isUnderWay(record) && (
          <p class="actions">
            <a class="button" href={`${page.base}/resend?id=${id}`}>
              Run it again …
            </a>
          </p>
        )}
        <FailureReasons
          page={page}
          {...(letter === undefined ? {} : { letter })}
          {...(record === undefined ? {} : { record })}
        />
        {plans.map((each) => (
          <Panel id={`plan-${each.letter.messageId}`} title="What a redrive would do">
            {planProblem === undefined ? (
              <PlanText page={page} plan={each} />
            ) : (
              <Notice tone="bad">{planProblem}</Notice>
            )}
          </Panel>
        ))}
        {record === undefined ? '' : <Timeline page={page} record={record} />}
        {plans.map(({ letter: each }) => (
          <>
            {snapshot.withoutBody.has(each.messageId) ? (
              <Notice tone="info">
                Its payload is not kept here:{' '}
                <code>
                  npx supaglue-webhooks dlq show {each.messageId} --full {page.target.flag}
                </code>
              </Notice>
            ) : (
              <Payload
                page={page}
                messageId={each.messageId}
                eventId={each.eventId}
                bytes={letterBytes(each)}
                isLetter
              />
            )}
            <Attributes letter={each} />
          </>
        ))}
        {kept === undefined ? '' : <Payload page={page} messageId={id} bytes={kept} />}
        <Commands
          page={page}
          id={id}
          {...(letter === undefined || snapshot.withoutBody.has(letter.messageId) ? {} : { letter })}
        />
      </>
    ),
  };
}

/** On the queue, or in work: it needs nobody to run it. */
const isUnderWay = ({ status, dead_letter_reason: reason }: LedgerRecord) =>
  status !== 'COMPLETED' && reason === undefined;

function Unknown({ waits }: { readonly waits: boolean }) {
  return waits ? (
    <Notice tone="info">Looking for it on the dead-letter queue …</Notice>
  ) : (
    <Notice tone="info">
      Neither the ledger nor the dead letters seen hold this id: a typing error, not taken from the queue yet,
      or expired.
    </Notice>
  );
}

function LetterFacts({
  page,
  letter,
  copies,
}: {
  readonly page: PageContext;
  readonly letter: DeadLetter;
  readonly copies: number;
}) {
  const expiresMs = expiresAtMs(letter);
  return (
    <>
      {letter.customerId === undefined ? '' : <span>customer {safeText(letter.customerId, 80)}</span>}
      {letter.providerName === undefined ? '' : <span>{safeText(letter.providerName, 80)}</span>}
      {copies > 1 ? <span>{counted(copies, 'copy', 'copies')}</span> : ''}
      <span class={expiresMs - page.nowMs <= EXPIRY_WARNING_MS ? 'warn-text' : ''}>
        lost <Age atMs={expiresMs} nowMs={page.nowMs} />
      </span>
    </>
  );
}

function statusTone(record: LedgerRecord | undefined, letter: DeadLetter | undefined): Tone {
  if (record?.status === 'COMPLETED') return 'good';
  if (record?.status === 'IN_PROGRESS') return 'info';
  return letter !== undefined || (record !== undefined && isDeadLettered(record)) ? 'bad' : 'warn';
}

function statusText(record: LedgerRecord | undefined, letter: DeadLetter | undefined): string {
  if (record === undefined) return letter === undefined ? 'Not known' : 'Dead letter, no ledger record';
  if (record.status === 'COMPLETED')
    return letter === undefined ? 'COMPLETED' : 'COMPLETED, a dead letter is left';
  if (record.status === 'IN_PROGRESS') return 'IN PROGRESS';
  if (isDeadLettered(record))
    return letter === undefined ? 'FAILED, dead-lettered; put back or not seen' : 'FAILED, dead-lettered';
  return 'FAILED, will be retried';
}
