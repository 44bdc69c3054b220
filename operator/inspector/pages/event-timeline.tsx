/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import type { Child } from 'hono/jsx';
import type { LedgerRecord } from '../../../lambdas/ledger/record.ts';
import { safeText } from '../../../local/safe-text.ts';
import { formatDuration } from '../../cli/format-time.ts';
import { failureText } from '../../cli/step-text.ts';
import { entryText } from '../../commands/events/timeline-text.ts';
import { type TimelineEntry, timelineOf } from '../../core/timeline.ts';
import { Panel, type Tone } from './elements.tsx';
import type { PageContext } from './page-context.ts';
import { utcText } from './page-text.ts';

/** The ledger's record as moments in order; what lies ahead comes last. */
export function Timeline({ page, record }: { readonly page: PageContext; readonly record: LedgerRecord }) {
  const attempts = `${record.attempts_total} ${record.attempts_total === 1 ? 'attempt' : 'attempts'} in all`;
  return (
    <Panel id="timeline" title="Timeline" aside={<span class="muted">from the ledger, {attempts}</span>}>
      <ol class="timeline">
        {timelineOf(record).map((entry) => {
          const isAhead = entry.at_ms > page.nowMs;
          return (
            <li class={`moment ${isAhead ? 'ahead' : toneOf(entry)}`}>
              <time datetime={new Date(entry.at_ms).toISOString()}>{utcText(entry.at_ms)}</time>
              <span class="after">
                {isAhead
                  ? `in ${formatDuration(entry.at_ms - page.nowMs)}`
                  : `+${formatDuration(entry.at_ms - record.received_at_ms)}`}
              </span>
              <div>{describe(entry, record, page.nowMs)}</div>
            </li>
          );
        })}
      </ol>
    </Panel>
  );
}

function toneOf({ entry }: TimelineEntry): Tone {
  if (entry === 'completed' || entry === 'handler-completed') return 'good';
  if (entry === 'dead-lettered') return 'bad';
  return entry === 'failed' ? 'warn' : 'plain';
}

function describe(entry: TimelineEntry, record: LedgerRecord, nowMs: number): Child {
  if (entry.entry !== 'failed') {
    const text = entryText(entry, record, nowMs);
    return text.charAt(0).toUpperCase() + text.slice(1);
  }
  return (
    <>
      Attempt {entry.attempt} failed
      {entry.handler !== undefined && ` in ${safeText(entry.handler, 80)}`}
      <p class="message">{failureText(entry)}</p>
      {entry.frame !== undefined && <p class="frame">{safeText(entry.frame, 200)}</p>}
    </>
  );
}
