import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../../identity.ts';
import { parseRecord } from '../../json.ts';
import type { MoveTask } from './move-task.ts';
import { Queue, type QueueSettings, type SettingTexts } from './queue.ts';
import { invalidParameter, Refusal } from './refusal.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const DEFAULTS: QueueSettings['texts'] = {
  DelaySeconds: '0',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  VisibilityTimeout: '30',
};

/** The account's queues. Lookups throw {@link Refusal} when there is no such queue. */
export class Queues {
  readonly byName = new Map<string, Queue>();
  /** Newest first. */
  readonly moveTasks: MoveTask[] = [];
  /** Of the queues' URLs; known once the server listens. */
  endpoint = '';

  /** The same settings again are no error, as on SQS. */
  create(name: string, texts: SettingTexts): Queue {
    if (!/^[\w-]{1,80}$/.test(name)) {
      const reason = 'Up to 80 letters, digits, - or _. FIFO queues are not run locally.';
      throw invalidParameter(name, 'QueueName', reason);
    }
    const existing = this.byName.get(name);
    if (existing !== undefined) {
      const isSame = Object.entries(texts).every(([key, text]) => existing.settings.texts[key] === text);
      if (isSame) return existing;
      const text = 'A queue of this name has other attributes.';
      throw new Refusal('QueueAlreadyExists', text, 'QueueNameExists');
    }
    const url = `${this.endpoint}/${LOCAL_ACCOUNT_ID}/${name}`;
    const arn = `arn:aws:sqs:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:${name}`;
    const queue = new Queue({ name, url, arn, settings: this.#settingsOf(texts) });
    this.byName.set(name, queue);
    return queue;
  }

  change(queue: Queue, texts: SettingTexts): void {
    queue.settings = this.#settingsOf({ ...queue.settings.texts, ...texts });
  }

  byUrl(url = ''): Queue {
    return this.named(url.slice(url.lastIndexOf('/') + 1));
  }

  named(name = ''): Queue {
    const queue = this.byName.get(name);
    if (queue !== undefined) return queue;
    const text = 'The specified queue does not exist.';
    throw new Refusal('AWS.SimpleQueueService.NonExistentQueue', text, 'QueueDoesNotExist');
  }

  byArn(arn = ''): Queue {
    const queue = this.byName.get(arn.split(':').at(-1) ?? '');
    if (queue?.arn === arn) return queue;
    throw new Refusal('ResourceNotFoundException', `There is no queue ${arn}: it does not exist.`);
  }

  delete(queue: Queue): void {
    this.byName.delete(queue.name);
    queue.clear();
  }

  close(): void {
    for (const task of this.moveTasks) task.end('CANCELLED');
    for (const queue of this.byName.values()) this.delete(queue);
  }

  /** @throws {Refusal} for a value that SQS does not take */
  #settingsOf(given: SettingTexts): QueueSettings {
    const texts: QueueSettings['texts'] = { ...DEFAULTS, ...given };
    const wrong = Object.keys(DEFAULTS).find((name) => !/^\d+$/.test(texts[name] ?? ''));
    const policy = parseRecord(texts['RedrivePolicy'] ?? '');
    const maxReceiveCount = Number(policy?.['maxReceiveCount']);
    if (wrong !== undefined || (texts['RedrivePolicy'] && !(maxReceiveCount >= 1))) {
      const text = `Invalid value for the parameter ${wrong ?? 'RedrivePolicy'}.`;
      throw new Refusal('InvalidAttributeValue', text);
    }
    if (policy === undefined) return { texts };
    return { texts, redrive: { target: this.byArn(String(policy['deadLetterTargetArn'])), maxReceiveCount } };
  }
}
