import { setTimeout as sleep } from 'node:timers/promises';
import { errorText as textOfError } from '../../lambdas/runtime/error-text.ts';
import { safeText } from '../../local/safe-text.ts';

/** SQS takes at most ten entries in a batch. */
export const BATCH_ENTRIES = 10;
/** For entries that fail by themselves; a call that fails whole was repeated by the SDK. */
const TRIES = 4;
const FIRST_PAUSE_MS = 50;

interface FailedEntry {
  readonly Id?: string | undefined;
  readonly Code?: string | undefined;
  readonly Message?: string | undefined;
  readonly SenderFault?: boolean | undefined;
}

/** What SQS answers to any batch. */
export interface BatchAnswer {
  readonly Successful?: readonly { readonly Id?: string | undefined }[] | undefined;
  readonly Failed?: readonly FailedEntry[] | undefined;
}

/** A letter is deleted only after its entry was confirmed by name: silence is no confirmation. */
const UNCONFIRMED: EntryFailure = { text: 'SQS did not confirm it', refused: false };

/** Why one entry was not done. */
export interface EntryFailure {
  /** For people. */
  readonly text: string;
  /** SQS refused the entry itself, and would do so again. False: its answer may even have been lost. */
  readonly refused: boolean;
}

/**
 * One batch of at most ten entries. SQS answers 200 and fails entries one by one: what it does not refuse is
 * repeated, with pauses. Never rejects.
 *
 * @param send - one call; the first of each pair is the entry's `Id`
 * @returns for each entry why it failed; undefined when SQS has confirmed it
 */
export async function callBatch<Entry>(
  entries: readonly Entry[],
  send: (entries: readonly (readonly [id: string, entry: Entry])[]) => Promise<BatchAnswer>,
): Promise<readonly (EntryFailure | undefined)[]> {
  const failures = new Map<string, EntryFailure>();
  let open = entries.map((entry, index) => [String(index), entry] as const);
  for (let attempt = 1; open.length > 0 && attempt <= TRIES; attempt += 1) {
    if (attempt > 1) await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 2));
    for (const [id] of open) failures.delete(id);
    try {
      const { Successful = [], Failed = [] } = await send(open);
      const confirmed = new Set(Successful.map(({ Id }) => Id));
      for (const [id] of open) if (!confirmed.has(id)) failures.set(id, UNCONFIRMED);
      for (const failed of Failed) failures.set(failed.Id ?? '', entryFailure(failed));
    } catch (error) {
      for (const [id] of open) failures.set(id, { text: errorText(error), refused: false });
      break;
    }
    open = open.filter(([id]) => failures.get(id)?.refused === false);
  }
  return entries.map((_, index) => failures.get(String(index)));
}

function entryFailure({ Code = 'Failed', Message = 'no reason given', SenderFault }: FailedEntry) {
  return { text: safeText(`${Code}: ${Message}`, 300), refused: SenderFault === true };
}

/** Any error in one line, fit for a terminal. */
export function errorText(error: unknown): string {
  return safeText(textOfError(error), 300);
}
