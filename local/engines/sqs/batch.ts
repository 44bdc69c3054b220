import type { BatchResultErrorEntry } from '@aws-sdk/client-sqs';
import type { Queues } from './queues.ts';
import { Refusal } from './refusal.ts';

const MAX_ENTRIES = 10;

/** An action of one message for up to ten: a bad entry does not take the others with it. */
export function inEntries<Input extends { QueueUrl: string | undefined }, Done extends object>(
  action: (queues: Queues, input: Input) => Done,
) {
  type Entry = Omit<Input, 'QueueUrl'> & { Id: string | undefined };
  return (
    queues: Queues,
    { QueueUrl, Entries = [] }: { QueueUrl: string | undefined; Entries?: Entry[] | undefined },
  ) => {
    queues.byUrl(QueueUrl);
    checkIds(Entries.map(({ Id = '' }) => Id));
    const Successful: (Done & { Id: string })[] = [];
    const Failed: BatchResultErrorEntry[] = [];
    for (const entry of Entries) {
      const Id = entry.Id ?? '';
      try {
        Successful.push({ Id, ...action(queues, { ...entry, QueueUrl } as unknown as Input) });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        Failed.push({ Id, Code: error.code, Message: error.message, SenderFault: true });
      }
    }
    return { Successful, Failed };
  };
}

function checkIds(ids: readonly string[]): void {
  const code =
    (ids.length === 0 && 'EmptyBatchRequest') ||
    (ids.length > MAX_ENTRIES && 'TooManyEntriesInBatchRequest') ||
    (new Set(ids).size < ids.length && 'BatchEntryIdsNotDistinct');
  if (code) throw new Refusal(`AWS.SimpleQueueService.${code}`, `${ids.length} entries: ${code}`);
}
