/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import { safeText } from '../../../local/safe-text.ts';
import type { ExplainReport } from '../../commands/explain/explain-report.ts';
import { likelyCause } from '../../commands/explain/likely-cause.ts';
import type { IngestLine } from '../../events/received-request.ts';
import { CopyBlock, Notice, Panel } from './elements.tsx';
import { Payload } from './event-payload.tsx';
import type { View } from './layout.tsx';
import type { PageContext } from './page-context.ts';
import { utcText } from './page-text.ts';

export interface RequestProps {
  readonly page: PageContext;
  readonly line: IngestLine & { readonly request_id: string };
  readonly report: ExplainReport;
  readonly body: Buffer;
  readonly command: string;
}

/** Why a request was refused: what is wrong with it, and what to do. */
export function requestView({ page, line, report, body, command }: RequestProps): View {
  const cause = likelyCause(line);
  const findings = report.findings.length > 0 ? report.findings : cause === undefined ? [] : [cause];
  return {
    title: 'Refused request',
    section: 'events',
    polls: false,
    live: (
      <>
        <div class="page-head">
          <h1>Refused: {safeText(line.reason ?? '')}</h1>
          <p class="muted">
            {line.event_id === undefined ? 'No usable id' : `Calls itself ${line.event_id}`}, request{' '}
            {line.request_id}, {utcText(line.at_ms)}
          </p>
        </div>
        <Panel id="causes" title={report.proven ? 'Why' : 'What can be seen'}>
          {report.verifies ? (
            <Notice tone="info">With what is stored now, its signature is right.</Notice>
          ) : (
            ''
          )}
          <ul class="rows">
            {findings.map(({ what, mend }) => (
              <li class="row">
                <div class="row-main">
                  <h3>{what}</h3>
                  <p class="message">{mend}</p>
                </div>
              </li>
            ))}
          </ul>
          <CopyBlock id="command-explain" label="The same on the command line" text={command} />
        </Panel>
        <Payload page={page} messageId={line.request_id} bytes={body} />
      </>
    ),
  };
}
