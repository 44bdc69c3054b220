import { isReconciled } from '../contract/reconciled-id.ts';
import { sourceOf } from '../contract/source.ts';
import { contentOf } from '../events/content-key.ts';
import { Contents } from '../ledger/contents.ts';
import type { LedgerTable } from '../ledger/dynamodb-ledger.ts';
import { errorText } from '../runtime/error-text.ts';
import type { ConsumerDependencies, HolderOf } from './dependencies.ts';
import { signedAtSeconds } from './incoming-message.ts';

export function createHolderOf(
  table: LedgerTable,
  tableName: string,
  { clock, logger }: Pick<ConsumerDependencies, 'clock' | 'logger'>,
): HolderOf {
  const contents = new Contents(table, tableName);
  return async ({ record, facts }, event) => {
    const content = sourceOf(facts.eventId) === undefined ? contentOf(event) : undefined;
    if (content === undefined) return undefined;
    // A reconciled event is signed by nobody: the attribute tells since when the same content counts.
    const since = isReconciled(facts.eventId) ? { sinceMs: (signedAtSeconds(record) ?? 0) * 1000 } : {};
    const claim = { ...content, eventId: facts.eventId, atMs: facts.receivedAtMs, ...since };
    return contents.holderOf(claim, clock.nowMs()).catch((error: unknown) => {
      logger.warn('content key not written', { event_id: facts.eventId, cause: errorText(error) });
      throw error;
    });
  };
}
