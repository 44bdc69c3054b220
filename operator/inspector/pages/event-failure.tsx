/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import type { HandlerFailure } from '../../../lambdas/contract/failure.ts';
import type { LedgerRecord } from '../../../lambdas/ledger/record.ts';
import { safeText } from '../../../local/safe-text.ts';
import { counted } from '../../cli/command-text.ts';
import type { DeadLetter } from '../../dead-letters/dead-letter.ts';
import { Age, Badge, Panel } from './elements.tsx';
import type { PageContext } from './page-context.ts';
import { visibleText } from './page-text.ts';

export interface FailureReasonsProps {
  readonly page: PageContext;
  readonly letter?: DeadLetter;
  readonly record?: LedgerRecord;
}

/** Why it failed: what the dead letter says; without one, what the ledger recorded last. */
export function FailureReasons({ page, letter, record }: FailureReasonsProps) {
  const failure = letter?.failure;
  if (letter !== undefined && failure === undefined) {
    return (
      <Panel id="failure" title="Why it failed">
        <p>
          SQS moved it without a reason: the consumer did not get to write one. The timeline and the logs may
          tell more.
        </p>
      </Panel>
    );
  }
  if (failure === undefined) return record === undefined ? '' : <LastFailure page={page} record={record} />;
  return (
    <Panel id="failure" title="Why it failed" aside={<Badge tone="bad">{failure.reason}</Badge>}>
      <p class="message">{safeText(failure.message, 1_000)}</p>
      <p class="facts">
        <span>{counted(failure.attempts, 'attempt')}</span>
        {failure.firstAttemptAtMs !== undefined && (
          <span>
            first <Age atMs={failure.firstAttemptAtMs} nowMs={page.nowMs} />
          </span>
        )}
        <span>
          given up <Age atMs={failure.failedAtMs} nowMs={page.nowMs} />
        </span>
      </p>
      {failure.handlers.map((handler) => (
        <HandlerReason failure={handler} />
      ))}
      {failure.handlersOmitted !== undefined && (
        <p class="muted">{counted(failure.handlersOmitted, 'more handler')} failed.</p>
      )}
    </Panel>
  );
}

function LastFailure({ page, record }: { readonly page: PageContext; readonly record: LedgerRecord }) {
  const last = record.failures.at(-1);
  if (last === undefined) return '';
  const { handler = 'before a handler ran', ...failure } = last;
  return (
    <Panel id="failure" title="Last failure" aside={<Age atMs={last.at_ms} nowMs={page.nowMs} />}>
      <HandlerReason failure={{ ...failure, handler }} />
    </Panel>
  );
}

function HandlerReason({ failure }: { readonly failure: HandlerFailure }) {
  return (
    <div class="reason">
      <h3>
        {safeText(failure.handler, 80)}{' '}
        <Badge tone={failure.retryable ? 'warn' : 'bad'}>
          {failure.retryable ? 'retryable' : 'permanent'}
        </Badge>
        {failure.code === undefined ? '' : <Badge tone="plain">code {safeText(failure.code, 80)}</Badge>}
      </h3>
      <p class="message">
        <strong>{safeText(failure.error, 120)}</strong>: {safeText(failure.message, 2_000)}
      </p>
      {failure.stack !== undefined && (
        <pre class="stack" tabindex={0}>
          {visibleText(failure.stack)}
        </pre>
      )}
    </div>
  );
}
