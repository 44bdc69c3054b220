import { parseRecord } from '../../json.ts';
import { Refusal } from './refusal.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const DEFAULTS = {
  DelaySeconds: '0',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  VisibilityTimeout: '30',
};

export type SettingTexts = Readonly<Record<string, string>>;
export type QueueSettings = ReturnType<typeof settingsOf>;

/** @throws {Refusal} for a value that SQS does not take */
export function settingsOf(given: SettingTexts) {
  const texts: SettingTexts & typeof DEFAULTS = { ...DEFAULTS, ...given };
  const wrong = Object.keys(DEFAULTS).find((name) => !/^\d+$/.test(texts[name] ?? ''));
  const { deadLetterTargetArn, maxReceiveCount } = parseRecord(texts['RedrivePolicy'] ?? '') ?? {};
  if (wrong !== undefined || (texts['RedrivePolicy'] && !(Number(maxReceiveCount) >= 1))) {
    throw new Refusal(
      'InvalidAttributeValue',
      `Invalid value for the parameter ${wrong ?? 'RedrivePolicy'}.`,
    );
  }
  const redrive = { targetArn: String(deadLetterTargetArn), maxReceiveCount: Number(maxReceiveCount) };
  return { texts, redrive: texts['RedrivePolicy'] ? redrive : undefined };
}
