import type { HandlerFailure } from '../../../lambdas/contract/failure.ts';
import { isCompleted, type LedgerRecord } from '../../../lambdas/ledger/record.ts';
import { safeText } from '../../../local/safe-text.ts';
import { commandText, counted, formatCount } from '../../cli/command-text.ts';
import { formatDuration, formatUtc } from '../../cli/format-time.ts';
import { failureText } from '../../cli/step-text.ts';
import type { Terminal } from '../../cli/terminal.ts';
import { wrapText } from '../../cli/wrap-text.ts';
import { isDeadLettered } from '../../core/event-steps.ts';
import type { Target } from '../../core/target.ts';
import type { DeadLetter } from '../../dead-letters/dead-letter.ts';
import { EXPIRY_WARNING_MS, expiresAtMs } from '../../dead-letters/groups.ts';
import type { PlannedEvent } from '../../dead-letters/plan.ts';
import { payloadLines } from './payload-text.ts';
import { planJson } from './plan-json.ts';
import { isSkipped, leaseText, planText } from './plan-text.ts';

const COLUMNS = 80;
const LABEL_COLUMNS = 12;

export interface ShownLetter {
  readonly plan: PlannedEvent;
  readonly groupId: string;
  /** Other events of the group that the look saw; undefined when it ended at this letter. */
  readonly othersInGroup?: number;
  readonly full: boolean;
  readonly nowMs: number;
}

/** One dead letter whole, for people. */
export function showText(shown: ShownLetter, target: Target, paint: Terminal['paint']): string {
  const { plan, groupId, nowMs } = shown;
  const { letter } = plan;
  const redrive = planJson(plan);
  const expiry = labelled('Expires', expiryText(letter, nowMs));
  const expiresSoon = expiresAtMs(letter) - nowMs <= EXPIRY_WARNING_MS;
  return [
    ...wrapText(
      `${letter.eventId ?? `message ${letter.messageId}`}  ${safeText(letter.eventType, 256)}`,
      COLUMNS,
    ).map((line) => paint('bold', line)),
    '',
    ...labelled('Why', whyText(letter)),
    ...(letter.failure?.handlers ?? []).flatMap((handler) => handlerLines(handler, paint)),
    ...omittedLines(letter),
    ...labelled('Attempts', attemptsText(letter)),
    ...labelled('Received', receivedText(letter, nowMs)),
    ...(expiresSoon ? expiry.map((line) => paint('yellow', line)) : expiry),
    ...labelled('Customer', customerText(letter)),
    ...labelled('Group', groupText(groupId, shown.othersInGroup)),
    ...labelled('Copies', copiesText(plan)),
    ...labelled('Ledger', ledgerText(plan.record)),
    ...labelled('Redrive', leaseText(redrive) + planText(redrive)),
    '',
    ...attributeLines(letter),
    '',
    ...payloadLines(letter, shown.full),
    '',
    'Next:',
    ...nextSteps(plan).map((words) => commandText(words, target)),
  ].join('\n');
}

function labelled(label: string, text: string): readonly string[] {
  if (text === '') return [];
  return wrapText(text, COLUMNS - LABEL_COLUMNS).map(
    (line, index) => (index === 0 ? label : '').padEnd(LABEL_COLUMNS) + line,
  );
}

function whyText({ failure }: DeadLetter): string {
  return failure === undefined
    ? 'SQS moved it by itself, without a reason: it was received too often'
    : safeText(`${failure.reason}: ${failure.message}`);
}

function handlerLines(
  { handler, stack, ...failure }: HandlerFailure,
  paint: Terminal['paint'],
): readonly string[] {
  const frames = (stack ?? '').split('\n').filter((frame) => frame !== '');
  return [
    ...labelled('Handler', safeText(handler, 64)),
    ...labelled('', failureText(failure)).map((line) => paint('red', line)),
    ...frames.flatMap((frame) => labelled('', safeText(frame))).map((line) => paint('dim', line)),
  ];
}

function omittedLines({ failure }: DeadLetter): readonly string[] {
  const omitted = failure?.handlersOmitted ?? 0;
  return omitted === 0 ? [] : labelled('', `and ${counted(omitted, 'more handler')}, which did not fit`);
}

function attemptsText({ failure }: DeadLetter): string {
  if (failure === undefined) return '';
  const first =
    failure.firstAttemptAtMs === undefined ? '' : `first ${formatUtc(failure.firstAttemptAtMs)}, `;
  return `${formatCount(failure.attempts)}; ${first}last ${formatUtc(failure.failedAtMs)} UTC`;
}

function receivedText({ receivedAtMs, sentAtMs }: DeadLetter, nowMs: number): string {
  const received = receivedAtMs === undefined ? '' : `${formatUtc(receivedAtMs)} UTC; `;
  return `${received}on the dead-letter queue for ${formatDuration(Math.max(0, nowMs - sentAtMs))}`;
}

function expiryText(letter: DeadLetter, nowMs: number): string {
  const atMs = expiresAtMs(letter);
  const left = atMs > nowMs ? `in ${formatDuration(atMs - nowMs)}` : 'any moment';
  return `${left} (${formatUtc(atMs).slice(0, 16)} UTC): SQS deletes it then`;
}

function customerText({ customerId, providerName }: DeadLetter): string {
  return [customerId, providerName]
    .flatMap((part) => (part === undefined ? [] : [safeText(part, 256)]))
    .join(', ');
}

function groupText(id: string, others: number | undefined): string {
  if (others === undefined) return id;
  return others === 0 ? `${id}, no other event` : `${id}, with ${counted(others, 'other event')}`;
}

function copiesText({ copies }: PlannedEvent): string {
  return copies.length === 1 ? '' : `${copies.length} letters of this event and body: a redrive moves one`;
}

function ledgerText(record: LedgerRecord | undefined): string {
  if (record === undefined) return 'no record';
  const { status, attempts_total: attempts, dead_letter_reason: reason } = record;
  const completed = Object.entries(record.handlers).flatMap(([name, state]) =>
    isCompleted(state) ? [name] : [],
  );
  return [
    `${status}${reason === undefined || !isDeadLettered(record) ? '' : ` (${reason})`}`,
    `${counted(attempts, 'attempt')} in all`,
    ...(completed.length === 0 ? [] : [`completed: ${safeText(completed.join(', '))}`]),
  ].join('; ');
}

function attributeLines({
  attributes,
  messageId,
  messageGroupId,
  receiveCount,
}: DeadLetter): readonly string[] {
  const shown = Object.entries(attributes).filter(([name]) => name !== 'failure');
  return [
    ...labelled('Message', messageId),
    ...labelled(
      '',
      `message group ${safeText(messageGroupId ?? 'none', 128)}; ${counted(receiveCount, 'receive')}`,
    ),
    ...shown.flatMap(([name, { DataType = '', StringValue, BinaryValue }], index) =>
      labelled(
        index === 0 ? 'Attributes' : '',
        safeText(
          `${name} (${DataType}): ${StringValue ?? Buffer.from(BinaryValue ?? []).toString('base64')}`,
        ),
      ),
    ),
  ];
}

function nextSteps(plan: PlannedEvent): readonly string[] {
  const { eventId, messageId } = plan.letter;
  const id = eventId ?? messageId;
  return [
    ...(eventId === undefined ? [] : [`events show ${eventId}`]),
    ...(isSkipped(plan) ? [`dlq delete ${id}`] : [`dlq redrive ${id}`]),
    `dlq export ${id} --output ${id}.ndjson`,
  ];
}
