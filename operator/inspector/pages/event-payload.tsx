/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import { isUtf8 } from 'node:buffer';
import { counted } from '../../cli/command-text.ts';
import { prettyJson } from '../../core/pretty-json.ts';
import type { DeadLetter } from '../../dead-letters/dead-letter.ts';
import { letterBytes } from '../../dead-letters/read-letter.ts';
import { Panel } from './elements.tsx';
import type { PageContext } from './page-context.ts';
import { visibleText } from './page-text.ts';

/** A longer payload is shown to here. */
const MAX_CHARACTERS = 64 * 1024;

/** The payload, as hostile as it may be: text, never markup. */
export function Payload({ page, letter }: { readonly page: PageContext; readonly letter: DeadLetter }) {
  const bytes = letterBytes(letter);
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
  const id = `payload-${letter.messageId}`;
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
          <a
            href={`${page.base}/letters/${encodeURIComponent(letter.messageId)}/body`}
            download={`${letter.eventId ?? letter.messageId}.body`}
          >
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
