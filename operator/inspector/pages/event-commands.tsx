/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import { isEventId } from '../../../lambdas/contract/source.ts';
import { logsQuery } from '../../core/logs-query.ts';
import type { DeadLetter } from '../../dead-letters/dead-letter.ts';
import { curlCommand } from '../data/curl-command.ts';
import { CopyBlock, Panel } from './elements.tsx';
import type { PageContext } from './page-context.ts';

export interface CommandsProps {
  readonly page: PageContext;
  readonly id: string;
  readonly letter?: DeadLetter;
}

/** What to run elsewhere: to debug the event, and to find what was logged of it. */
export function Commands({ page, id, letter }: CommandsProps) {
  const { target } = page;
  const curl = letter === undefined ? undefined : curlCommand(letter);
  const isEvent = isEventId(id);
  return (
    <Panel id="commands" title="Take it elsewhere">
      {letter !== undefined && (
        <>
          <CopyBlock
            id="command-replay"
            label="Replay it through your handlers, here"
            text={[
              `npx supaglue-webhooks dlq export ${id} --output ${id}.ndjson ${target.flag}`,
              `npx supaglue-webhooks replay ${id}.ndjson --inspect-brk`,
            ].join('\n')}
          />
          <p class="muted">
            Or{' '}
            <a
              href={`${page.base}/letters/${encodeURIComponent(letter.messageId)}/export`}
              download={`${id}.ndjson`}
            >
              download {id}.ndjson
            </a>{' '}
            for replay. It holds the customer’s data.
          </p>
        </>
      )}
      {curl !== undefined && (
        <CopyBlock id="command-curl" label="Deliver it to a local run with curl, signed anew" text={curl} />
      )}
      {isEvent && (
        <>
          <CopyBlock
            id="command-show"
            label="The same on the command line"
            text={`npx supaglue-webhooks events show ${id} ${target.flag}`}
          />
          {target.kind === 'stack' ? (
            <CopyBlock
              id="command-logs"
              label={`Logs Insights, log groups that start with ${target.name}-`}
              text={logsQuery(id)}
            />
          ) : (
            ''
          )}
        </>
      )}
    </Panel>
  );
}
