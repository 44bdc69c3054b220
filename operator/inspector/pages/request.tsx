/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import type { ExplainReport } from '../../commands/explain/explain-report.ts';
import { explainCommand, likelyCause } from '../../commands/explain/likely-cause.ts';
import type { IngestLine } from '../../events/ingest-log.ts';
import { CopyBlock, Notice, Panel } from './elements.tsx';
import { Payload } from './event-payload.tsx';
import type { View } from './layout.tsx';
import type { PageContext } from './page-context.ts';
import { utcText } from './page-text.ts';

export interface RequestProps {
  readonly page: PageContext;
  readonly line: IngestLine;
  readonly report: ExplainReport;
  readonly body: Buffer;
}

/** Why a request was refused: what is wrong with it, and what to do. */
export function requestView({ page, line, report, body }: RequestProps): View {
  const { request_id: id = '', event_id: eventId = '–', at_ms: atMs, reason } = line;
  const findings = report.findings.length > 0 ? report.findings : [likelyCause(line) ?? []].flat();
  const command = `npx supaglue-webhooks ${explainCommand(line)} ${page.target.flag}`;
  return {
    title: 'Refused request',
    section: 'events',
    polls: false,
    live: (
      <>
        <div class="page-head">
          <h1>Refused: {reason}</h1>
          <p class="muted">{`Calls itself ${eventId}, request ${id}, ${utcText(atMs)}`}</p>
        </div>
        <Panel id="causes" title={report.proven ? 'Why' : 'What can be seen'}>
          {report.verifies && <Notice tone="info">With what is stored now, its signature is right.</Notice>}
          <dl>
            {findings.map(({ what, mend }) => (
              <>
                <dt>
                  <strong>{what}</strong>
                </dt>
                <dd>{mend}</dd>
              </>
            ))}
          </dl>
          <CopyBlock id="command-explain" label="The same on the command line" text={command} />
        </Panel>
        <Payload page={page} messageId={id} bytes={body} />
      </>
    ),
  };
}
