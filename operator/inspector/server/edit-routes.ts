import { type Context, Hono } from 'hono';
import { CommandError } from '../../core/command-error.ts';
import { correctionOf, sendCorrection } from '../../dead-letters/correct-letter.ts';
import { deleteDeadLetters } from '../../dead-letters/delete.ts';
import { editView } from '../pages/edit.tsx';
import type { InspectorState } from './inspector-state.ts';
import type { Responder } from './respond.tsx';

const PATH = '/letters/:messageId/edit';
const GONE = 'Its payload is not kept here: look again, or use `dlq edit` on the command line.';
const BUSY = 'Nothing was sent: another redrive or deletion is under way here. Let it end first.';

/** The form that changes a letter's payload, and what sends it. */
export function editRoutes(state: InspectorState, responder: Responder): Hono {
  const { target, snapshot, changes, nowMs, turns } = state;
  const routes = new Hono();
  const letterOf = (c: Context) => snapshot.wholeLetter(c.req.param('messageId') ?? '');

  routes.get(PATH, (c) => {
    const [letter, page] = [letterOf(c), responder.page(c)];
    if (!state.write) return responder.refuse(c, 'read-only');
    if (letter === undefined) return responder.say(c, 'Not here', GONE, 404);
    return responder.send(c, page, editView({ page, letter }));
  });

  routes.post(PATH, async (c) => {
    const form = await responder.changingForm(c);
    if (form instanceof Response) return form;
    const letter = letterOf(c);
    if (letter === undefined) return responder.say(c, 'Not here', GONE, 404);
    const isDeleted = form.get('delete') === '1';
    if (isDeleted && changes.running !== undefined) return responder.say(c, 'Busy', BUSY, 409);
    // A form's line breaks are those of the web.
    const text = (form.get('payload') ?? '').replaceAll('\r\n', '\n');
    const { messageId, eventId: id = messageId, bodySha256 } = letter;
    try {
      const { eventId } = await sendCorrection(target, letter, correctionOf(letter, text), nowMs());
      const selection = { id, bodySha256 };
      if (isDeleted) {
        // Safe to delete: SQS has confirmed the event that stands for it, and the operator asked for it.
        changes.start('delete', id, (reporter) =>
          turns
            .take(() =>
              deleteDeadLetters(target, {
                ...reporter,
                selection,
                dryRun: false,
                onlyCompleted: false,
                nowMs,
              }),
            )
            .finally(() => void snapshot.refreshAfterChange()),
        );
      }
      return c.redirect(`${responder.base}/events/${encodeURIComponent(eventId)}`, 303);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      const page = responder.page(c);
      return responder.send(c, page, editView({ page, letter, refused: { text, problem: error.message } }));
    }
  });

  return routes;
}
