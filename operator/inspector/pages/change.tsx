/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import { safeText } from '../../../local/safe-text.ts';
import { counted, formatCount } from '../../cli/command-text.ts';
import { toCommandError } from '../../core/error-line.ts';
import { LOOK_VISIBILITY_SECONDS } from '../../dead-letters/look.ts';
import type { ChangeResult } from '../../dead-letters/redrive.ts';
import type { Change, OutcomeLine } from '../data/changes.ts';
import { Age, Badge, FormToken, Notice, Panel, type Tone } from './elements.tsx';
import type { View } from './layout.tsx';
import type { PageContext } from './page-context.ts';
import { DISPOSITIONS } from './plan-text.tsx';

/** A change runs on this machine, so its progress costs nothing to ask for. */
const POLL_MS = 500;

const OUTCOME_TONES: Readonly<Record<OutcomeLine['outcome'], Tone>> = {
  moved: 'good',
  deleted: 'good',
  skipped: 'plain',
  planned: 'plain',
  failed: 'bad',
};

/** A redrive or a deletion while it works, and what came of it. */
export function changeView({ page, change }: { readonly page: PageContext; readonly change: Change }): View {
  const isRunning = change.endedAtMs === undefined;
  const title = `${change.kind === 'redrive' ? 'Redrive' : 'Deletion'} of ${change.subject}`;
  return {
    title,
    section: 'letters',
    polls: isRunning ? { everyMs: POLL_MS } : false,
    ...(isRunning ? { reloadSeconds: 2 } : {}),
    fixed: (
      <div class="page-head">
        <h1>{title}</h1>
      </div>
    ),
    live: (
      <>
        {isRunning ? <Progress page={page} change={change} /> : <Ended page={page} change={change} />}
        {change.outcomes.length === 0 ? '' : <Outcomes page={page} change={change} />}
      </>
    ),
  };
}

function Progress({ page, change }: { readonly page: PageContext; readonly change: Change }) {
  const { looked, expected, done } = change.progress;
  return (
    <Panel id="progress" title={change.stopping ? 'Stopping …' : 'At work …'}>
      <p role="status">
        {counted(done, 'event')} done; {formatCount(looked)} of about{' '}
        {counted(Math.max(expected, looked), 'letter')} looked at.
      </p>
      <progress aria-label="Letters looked at" value={looked} max={Math.max(1, expected, looked)} />
      <form method="post" action={`${page.base}/changes/${change.id}/stop`}>
        <FormToken page={page} />
        <p class="actions">
          <button type="submit" id="stop">
            Stop
          </button>
          <span class="muted">What was begun is finished; every other letter stays in place.</span>
        </p>
      </form>
    </Panel>
  );
}

function Ended({ page, change }: { readonly page: PageContext; readonly change: Change }) {
  const { result, error, endedAtMs = page.nowMs } = change;
  return (
    <Panel
      id="result"
      title={result === undefined ? 'It failed' : result.interrupted ? 'Stopped' : 'Done'}
      aside={
        <span class="muted">
          <Age atMs={endedAtMs} nowMs={page.nowMs} />
        </span>
      }
    >
      {result === undefined ? '' : <Totals result={result} />}
      {error !== undefined && (
        <Notice tone="bad">{toCommandError(error, { target: page.target.kind }).message}</Notice>
      )}
      <p class="actions">
        <a class="button primary" href={`${page.base}/`}>
          To the overview
        </a>
        <a class="button" href={`${page.base}/letters`}>
          To the letters that are left
        </a>
      </p>
    </Panel>
  );
}

function Totals({ result }: { readonly result: ChangeResult }) {
  const { moved, deleted, skipped, failed, folded, leftBehind, comingBack, interrupted } = result;
  const notSeen = result.hidden + result.unseen;
  const done: readonly (readonly [number, string])[] = [
    [moved, 'put back on the queue'],
    [deleted, 'deleted'],
    [skipped, 'skipped and left in place'],
    [failed, 'failed and left in place'],
  ];
  const warnings: readonly (readonly [boolean, string])[] = [
    [interrupted, 'Stopped half-way: every letter is either done, as counted here, or in place.'],
    [
      notSeen > 0,
      `${counted(notSeen, 'letter')} could not be seen: held by another look or redrive, or not given out by SQS. Look again, and repeat this for what is left.`,
    ],
    [
      comingBack > 0,
      `SQS did not take ${counted(comingBack, 'letter')} back at once: visible again within ${LOOK_VISIBILITY_SECONDS} s.`,
    ],
    [
      leftBehind > 0,
      `${counted(leftBehind, 'letter')} could not be removed after the event was sent. The ledger recognises such an event: delete the letters that are COMPLETED.`,
    ],
  ];
  return (
    <>
      <div role="status">
        <ul class="plan-summary" id="totals">
          {done.map(
            ([count, what]) =>
              count > 0 && (
                <li>
                  <strong>{counted(count, 'event')}</strong> {what}
                </li>
              ),
          )}
          {folded > 0 && (
            <li>
              <strong>{counted(folded, 'further copy', 'further copies')}</strong> removed with them
            </li>
          )}
          {moved + deleted + skipped + failed === 0 && <li>No letter that could be seen fitted.</li>}
        </ul>
      </div>
      {warnings.map(([holds, text]) => holds && <Notice tone="warn">{text}</Notice>)}
    </>
  );
}

function Outcomes({ page, change }: { readonly page: PageContext; readonly change: Change }) {
  const { done } = change.progress;
  const more = Math.max(0, done - change.outcomes.length);
  return (
    <Panel id="outcomes" title="Event by event">
      <ol class="rows" aria-label="Events">
        {change.outcomes.map((line) => (
          <li class="row">
            <div class="row-main">
              <h3>
                <a class="cover mono" href={`${page.base}/events/${encodeURIComponent(line.id)}`}>
                  {line.id}
                </a>
              </h3>
              <p class="facts">
                <Badge tone={OUTCOME_TONES[line.outcome]}>{line.outcome}</Badge>
                <span>{safeText(line.eventType, 80)}</span>
                {line.outcome === 'skipped' ? <span>{skippedText(change, line)}</span> : ''}
                {line.outcome === 'moved' && line.willRun.length > 0 && (
                  <span>runs {safeText(line.willRun.join(', '), 300)}</span>
                )}
              </p>
              {line.error === undefined ? '' : <p class="message">{safeText(line.error, 500)}</p>}
            </div>
          </li>
        ))}
      </ol>
      {more > 0 ? <p class="muted">and {formatCount(more)} more.</p> : ''}
    </Panel>
  );
}

function skippedText({ kind }: Change, { disposition }: OutcomeLine): string {
  return kind === 'delete' ? 'not COMPLETED' : DISPOSITIONS[disposition].label;
}
