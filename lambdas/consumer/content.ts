import { isReconciled } from '../contract/reconcile.ts';
import { sourceOf } from '../contract/source.ts';
import { contentOf } from '../events/content-key.ts';
import type { ConsumerDependencies } from './dependencies.ts';
import { type IncomingMessage, signedAtSeconds } from './incoming-message.ts';

/**
 * The event that has told the same before; `undefined` when this one counts, or nothing is reconciled.
 *
 * @param event - the payload: only what is unhandled may be unvalidated
 * @throws what the table throws: nothing has run, and the next attempt asks again
 */
export async function holderOf(
  { record, facts }: IncomingMessage,
  event: unknown,
  { contents, clock }: Pick<ConsumerDependencies, 'contents' | 'clock'>,
): Promise<string | undefined> {
  const content =
    contents === undefined || sourceOf(facts.eventId) !== undefined ? undefined : contentOf(event);
  if (content === undefined) return undefined;
  // A reconciled event is signed by nobody: the attribute tells since when the same content counts.
  const since = isReconciled(facts.eventId) ? { sinceMs: (signedAtSeconds(record) ?? 0) * 1000 } : {};
  const claim = { ...content, eventId: facts.eventId, atMs: facts.receivedAtMs, ...since };
  return contents?.holderOf(claim, clock.nowMs());
}
