/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import { isUtf8 } from 'node:buffer';
import { counted } from '../../cli/command-text.ts';
import { prettyJson } from '../../core/pretty-json.ts';
import { Panel } from './elements.tsx';
import type { PageContext } from './page-context.ts';
import { visibleText } from './page-text.ts';

/** A longer payload is shown to here. */
const MAX_CHARACTERS = 64 * 1024;

export interface PayloadProps {
  readonly page: PageContext;
  /** The letter's, or that of a request that a local run has kept. */
  readonly messageId: string;
  readonly eventId?: string | undefined;
  readonly bytes: Buffer;
  /** Whether it is a letter's, to be corrected. */
  readonly isLetter?: boolean;
}

/** The payload, as hostile as it may be: text, never markup. */
export function Payload({ page, messageId, eventId = messageId, bytes, isLetter = false }: PayloadProps) {
  const text = bytes.toString();
  // Indented before it is cut, so that no cut text is taken for something that is not JSON.
  const pretty = text.length > 4 * MAX_CHARACTERS ? undefined : prettyJson(text);
  const shown = pretty ?? text;
  const remarks = [
    counted(bytes.length, 'byte'),
    ...(pretty === undefined
      ? text.length > 4 * MAX_CHARACTERS
        ? ['as it came']
        : ['not JSON: as it came']
      : ['indented']),
    ...(isUtf8(bytes) ? [] : ['not UTF-8']),
    ...(shown.length > MAX_CHARACTERS ? [`the first ${counted(MAX_CHARACTERS, 'character')}`] : []),
  ];
  const id = `payload-${messageId}`;
  return (
    <Panel
      id={`${id}-panel`}
      title="Payload"
      aside={
        <span class="tools">
          <span class="muted">{remarks.join(', ')}</span>
          <button type="button" class="quiet copy" data-copy={id}>
            Copy<span class="unseen"> payload</span>
          </button>
          {isLetter && page.write && (
            <a href={`${page.base}/letters/${encodeURIComponent(messageId)}/edit`}>Edit and send</a>
          )}
          <a href={`${page.base}/letters/${encodeURIComponent(messageId)}/body`} download={`${eventId}.body`}>
            Exact bytes
          </a>
        </span>
      }
    >
      <pre class="payload" id={id} tabindex={0}>
        {visibleText(shown, MAX_CHARACTERS)}
      </pre>
    </Panel>
  );
}
