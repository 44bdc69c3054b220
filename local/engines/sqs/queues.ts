import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../../identity.ts';
import type { MoveTask } from './move-task.ts';
import { Queue } from './queue.ts';
import { type QueueSettings, type SettingTexts, settingsOf } from './queue-settings.ts';
import { invalidParameter, Refusal } from './refusal.ts';

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
      throw invalidParameter(
        name,
        'QueueName',
        'Up to 80 letters, digits, - or _. FIFO queues are not run locally.',
      );
    }
    const existing = this.byName.get(name);
    if (existing !== undefined) {
      const isSame = Object.entries(texts).every(([key, text]) => existing.settings.texts[key] === text);
      if (isSame) return existing;
      throw new Refusal(
        'QueueAlreadyExists',
        'A queue of this name has other attributes.',
        'QueueNameExists',
      );
    }
    const url = `${this.endpoint}/${LOCAL_ACCOUNT_ID}/${name}`;
    const arn = `arn:aws:sqs:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:${name}`;
    const settings = this.#checked(settingsOf(texts));
    const queue = new Queue({ name, url, arn, settings }, (wanted) => this.#ofArn(wanted));
    this.byName.set(name, queue);
    return queue;
  }

  change(queue: Queue, texts: SettingTexts): void {
    queue.settings = this.#checked(settingsOf({ ...queue.settings.texts, ...texts }));
  }

  byUrl(url = ''): Queue {
    return this.named(url.slice(url.lastIndexOf('/') + 1));
  }

  named(name = ''): Queue {
    const message = 'The specified queue does not exist.';
    const queue = this.byName.get(name);
    if (queue !== undefined) return queue;
    throw new Refusal('AWS.SimpleQueueService.NonExistentQueue', message, 'QueueDoesNotExist');
  }

  byArn(arn = ''): Queue {
    const queue = this.#ofArn(arn);
    if (queue !== undefined) return queue;
    throw new Refusal('ResourceNotFoundException', `There is no queue ${arn}.`);
  }

  delete(queue: Queue): void {
    this.byName.delete(queue.name);
    queue.clear();
  }

  close(): void {
    for (const task of this.moveTasks) task.end('CANCELLED');
    for (const queue of this.byName.values()) this.delete(queue);
  }

  #ofArn(arn: string): Queue | undefined {
    const queue = this.byName.get(arn.split(':').at(-1) ?? '');
    return queue?.arn === arn ? queue : undefined;
  }

  #checked(settings: QueueSettings): QueueSettings {
    if (settings.redrive === undefined || this.#ofArn(settings.redrive.targetArn) !== undefined)
      return settings;
    throw invalidParameter(
      settings.texts['RedrivePolicy'],
      'RedrivePolicy',
      'Dead letter target does not exist.',
    );
  }
}
