import type * as Sdk from '@aws-sdk/client-sqs';
import { LOCAL_ACCOUNT_ID } from '../../identity.ts';
import { attributesMd5, checkMessage, messageBytes, newMessage, type StoredMessage } from './message.ts';
import { MoveTask } from './move-task.ts';
import type { Queue } from './queue.ts';
import type { Queues } from './queues.ts';
import { invalidParameter, Refusal } from './refusal.ts';
import type { OnWire } from './wire.ts';

const MAX_ENTRIES = 10;
const MAX_BATCH_BYTES = 1_048_576;

function sendMessage(queues: Queues, input: OnWire<Sdk.SendMessageRequest>) {
  const queue = queues.byUrl(input.QueueUrl);
  const { MaximumMessageSize, DelaySeconds } = queue.settings.texts;
  checkMessage(input, Number(MaximumMessageSize));
  const { MessageBody: body = '', MessageAttributes: attributes = {}, MessageGroupId: groupId } = input;
  const message = newMessage({ body, attributes, groupId });
  queue.add(message, Number(input.DelaySeconds ?? DelaySeconds) * 1_000);
  return {
    MessageId: message.id,
    MD5OfMessageBody: message.bodyMd5,
    MD5OfMessageAttributes: attributesMd5(attributes),
  } satisfies OnWire<Sdk.SendMessageResult>;
}

const sendEach = inEntries(sendMessage);
function described(message: StoredMessage, queue: Queue, input: OnWire<Sdk.ReceiveMessageRequest>) {
  const { MessageAttributeNames, MessageSystemAttributeNames = [], AttributeNames = [] } = input;
  const attributes = picked(message.attributes, MessageAttributeNames);
  const digest = attributesMd5(attributes);
  const system: Readonly<Record<string, string | undefined>> = {
    SenderId: LOCAL_ACCOUNT_ID,
    SentTimestamp: String(message.sentAtMs),
    ApproximateReceiveCount: String(message.receives),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAtMs),
    MessageGroupId: message.groupId,
    DeadLetterQueueSourceArn: message.sourceArn,
  };
  return {
    MessageId: message.id,
    ReceiptHandle: queue.handleOf(message),
    Body: message.body,
    MD5OfBody: message.bodyMd5,
    Attributes: picked(system, [...MessageSystemAttributeNames, ...AttributeNames]),
    MessageAttributes: digest === undefined ? undefined : attributes,
    MD5OfMessageAttributes: digest,
  } satisfies OnWire<Sdk.Message>;
}

function changeMessageVisibility(queues: Queues, input: OnWire<Sdk.ChangeMessageVisibilityRequest>) {
  queues.byUrl(input.QueueUrl).hide(input.ReceiptHandle ?? '', Number(input.VisibilityTimeout));
  return {};
}

function deleteMessage(queues: Queues, input: OnWire<Sdk.DeleteMessageRequest>) {
  queues.byUrl(input.QueueUrl).delete(input.ReceiptHandle ?? '');
  return {};
}

/** The entries that are asked for by name, or all of them. */
function picked<T>(all: Readonly<Record<string, T | undefined>>, names: readonly string[] = []) {
  const entries = Object.entries(all).filter(
    (entry): entry is [string, T] =>
      entry[1] !== undefined && (names.includes('All') || names.includes(entry[0])),
  );
  return Object.fromEntries(entries);
}

/** An action of one message for up to ten: a bad entry does not take the others with it. */
function inEntries<Input extends { QueueUrl: string | undefined }, Done extends object>(
  action: (queues: Queues, input: Input) => Done,
) {
  type Entry = Omit<Input, 'QueueUrl'> & { Id: string | undefined };
  return (
    queues: Queues,
    { QueueUrl, Entries = [] }: { QueueUrl: string | undefined; Entries?: Entry[] | undefined },
  ) => {
    queues.byUrl(QueueUrl);
    const code =
      (Entries.length === 0 && 'EmptyBatchRequest') ||
      (Entries.length > MAX_ENTRIES && 'TooManyEntriesInBatchRequest') ||
      (new Set(Entries.map(({ Id }) => Id)).size < Entries.length && 'BatchEntryIdsNotDistinct');
    if (code) throw new Refusal(`AWS.SimpleQueueService.${code}`, `${Entries.length} entries: ${code}`);
    const Successful: (Done & { Id: string })[] = [];
    const Failed: Sdk.BatchResultErrorEntry[] = [];
    for (const { Id = '', ...entry } of Entries) {
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

/** What is run locally, by its name on the wire. */
export const ACTIONS = {
  CreateQueue(queues: Queues, { QueueName = '', Attributes = {} }: OnWire<Sdk.CreateQueueRequest>) {
    return { QueueUrl: queues.create(QueueName, Attributes).url } satisfies OnWire<Sdk.CreateQueueResult>;
  },
  GetQueueUrl(queues: Queues, { QueueName }: OnWire<Sdk.GetQueueUrlRequest>) {
    return { QueueUrl: queues.named(QueueName).url } satisfies OnWire<Sdk.GetQueueUrlResult>;
  },
  /** All on one page. */
  ListQueues({ byName }: Queues, { QueueNamePrefix = '' }: OnWire<Sdk.ListQueuesRequest>) {
    const listed = [...byName.values()].filter(({ name }) => name.startsWith(QueueNamePrefix));
    return { QueueUrls: listed.map(({ url }) => url) } satisfies OnWire<Sdk.ListQueuesResult>;
  },
  DeleteQueue(queues: Queues, { QueueUrl }: OnWire<Sdk.DeleteQueueRequest>) {
    queues.delete(queues.byUrl(QueueUrl));
    return {};
  },
  PurgeQueue(queues: Queues, { QueueUrl }: OnWire<Sdk.PurgeQueueRequest>) {
    queues.byUrl(QueueUrl).clear();
    return {};
  },
  SetQueueAttributes(queues: Queues, { QueueUrl, Attributes = {} }: OnWire<Sdk.SetQueueAttributesRequest>) {
    queues.change(queues.byUrl(QueueUrl), Attributes);
    return {};
  },
  GetQueueAttributes(queues: Queues, input: OnWire<Sdk.GetQueueAttributesRequest>) {
    const { arn, settings, counts } = queues.byUrl(input.QueueUrl);
    const all: Readonly<Record<string, string>> = {
      ...settings.texts,
      QueueArn: arn,
      ApproximateNumberOfMessages: String(counts.waiting),
      ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
      ApproximateNumberOfMessagesDelayed: String(counts.delayed),
    };
    return { Attributes: picked(all, input.AttributeNames) } satisfies OnWire<Sdk.GetQueueAttributesResult>;
  },
  StartMessageMoveTask(queues: Queues, input: OnWire<Sdk.StartMessageMoveTaskRequest>) {
    const source = queues.byArn(input.SourceArn);
    if (input.DestinationArn !== undefined) queues.byArn(input.DestinationArn);
    if (queues.moveTasks.some((task) => task.status === 'RUNNING' && task.source === source)) {
      const text = 'There is already a task running. Only one active task is allowed for a source queue arn.';
      throw new Refusal('UnsupportedOperation', text);
    }
    const task = new MoveTask(input, source, (arn) => queues.byArn(arn));
    queues.moveTasks.unshift(task);
    return { TaskHandle: task.handle } satisfies OnWire<Sdk.StartMessageMoveTaskResult>;
  },
  ListMessageMoveTasks({ moveTasks }: Queues, input: OnWire<Sdk.ListMessageMoveTasksRequest>) {
    const { SourceArn, MaxResults = 1 } = input;
    const tasks = moveTasks.filter(({ source }) => source.arn === SourceArn).slice(0, MaxResults);
    return { Results: tasks.map((task) => task.describe()) } satisfies OnWire<Sdk.ListMessageMoveTasksResult>;
  },
  CancelMessageMoveTask({ moveTasks }: Queues, { TaskHandle }: OnWire<Sdk.CancelMessageMoveTaskRequest>) {
    const task = moveTasks.find(({ handle, status }) => status === 'RUNNING' && handle === TaskHandle);
    if (task === undefined) throw new Refusal('ResourceNotFoundException', 'There is no such task running.');
    task.end('CANCELLED');
    return { ApproximateNumberOfMessagesMoved: task.moved } satisfies OnWire<Sdk.CancelMessageMoveTaskResult>;
  },
  SendMessageBatch(queues: Queues, input: OnWire<Sdk.SendMessageBatchRequest>) {
    const bytes = (input.Entries ?? []).reduce((sum, entry) => sum + messageBytes(entry), 0);
    if (bytes > MAX_BATCH_BYTES) {
      const text = `Batch requests cannot be longer than ${MAX_BATCH_BYTES} bytes. You have sent ${bytes} bytes.`;
      throw new Refusal('AWS.SimpleQueueService.BatchRequestTooLong', text);
    }
    return sendEach(queues, input);
  },
  async ReceiveMessage(queues: Queues, input: OnWire<Sdk.ReceiveMessageRequest>, aborted: AbortSignal) {
    const queue = queues.byUrl(input.QueueUrl);
    const { texts } = queue.settings;
    const max = input.MaxNumberOfMessages ?? 1;
    if (!(max >= 1 && max <= MAX_ENTRIES)) {
      throw invalidParameter(max, 'MaxNumberOfMessages', 'Must be between 1 and 10, if provided.');
    }
    const waitMs = Number(input.WaitTimeSeconds ?? texts.ReceiveMessageWaitTimeSeconds) * 1_000;
    const hideMs = Number(input.VisibilityTimeout ?? texts.VisibilityTimeout) * 1_000;
    const messages = await queue.receive({ max, waitMs, hideMs }, aborted);
    const Messages = messages.map((message) => described(message, queue, input));
    return (Messages.length === 0 ? {} : { Messages }) satisfies OnWire<Sdk.ReceiveMessageResult>;
  },
  SendMessage: sendMessage,
  ChangeMessageVisibility: changeMessageVisibility,
  ChangeMessageVisibilityBatch: inEntries(changeMessageVisibility),
  DeleteMessage: deleteMessage,
  DeleteMessageBatch: inEntries(deleteMessage),
};
