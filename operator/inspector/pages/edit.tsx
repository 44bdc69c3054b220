/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import { prettyJson } from '../../core/pretty-json.ts';
import type { DeadLetter } from '../../dead-letters/dead-letter.ts';
import { letterBytes } from '../../dead-letters/read-letter.ts';
import { FormToken, Notice } from './elements.tsx';
import type { View } from './layout.tsx';
import type { PageContext } from './page-context.ts';

export interface EditProps {
  readonly page: PageContext;
  readonly letter: DeadLetter;
  /** As it was posted, and why it was not sent. */
  readonly refused?: { readonly text: string; readonly problem: string };
}

/** The form in which a letter's payload is changed and sent as an event of its own. */
export function editView({ page, letter, refused }: EditProps): View {
  const { messageId, eventId = messageId } = letter;
  const sent = letterBytes(letter).toString();
  return {
    title: `Edit ${eventId}`,
    section: 'letters',
    polls: false,
    ...(refused === undefined ? {} : { status: 422 as const }),
    live: (
      <>
        <div class="page-head">
          <h1>Edit and send {eventId}</h1>
        </div>
        {refused === undefined ? (
          ''
        ) : (
          <Notice tone="bad">
            <strong>Nothing was sent.</strong> {refused.problem}
          </Notice>
        )}
        <form
          method="post"
          action={`${page.base}/letters/${encodeURIComponent(messageId)}/edit`}
          class="confirm"
        >
          <FormToken page={page} />
          <p>
            <label for="edit-payload">Payload</label>
          </p>
          <textarea id="edit-payload" name="payload" class="payload" rows={24} cols={80} spellcheck={false}>
            {refused?.text ?? prettyJson(sent) ?? sent}
          </textarea>
          <p class="check">
            <input type="checkbox" id="edit-delete" name="delete" value="1" />
            <label for="edit-delete">Delete the old letter when the new event is on the queue</label>
          </p>
          <p class="muted">
            It is checked by the schema of its type, and sent under an id of its own that names this one. All
            of its handlers run.
          </p>
          <p class="actions">
            <button type="submit" class="button primary">
              Send as a new event
            </button>
            <a class="button" href={`${page.base}/events/${encodeURIComponent(eventId)}`}>
              Cancel
            </a>
          </p>
        </form>
      </>
    ),
  };
}
