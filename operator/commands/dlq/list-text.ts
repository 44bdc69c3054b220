import { safeText } from '../../../local/safe-text.ts';
import { commandText, counted, formatCount } from '../../cli/command-text.ts';
import { formatDuration, formatUtc } from '../../cli/format-time.ts';
import type { Terminal } from '../../cli/terminal.ts';
import { wrapAtMost, wrapText } from '../../cli/wrap-text.ts';
import type { Target } from '../../core/target.ts';
import { LOOK_VISIBILITY_SECONDS } from '../../dead-letters/look.ts';
import type { Selection } from '../../dead-letters/selection.ts';
import type { ListJson } from './json.ts';
import { hiddenText } from './look.ts';
import { selectionWords } from './selection-options.ts';

type Group = ListJson['groups'][number];
type Paint = Terminal['paint'];

const WHAT_COLUMNS = 52;
const BLANK = ' '.repeat(80 - WHAT_COLUMNS);
/** Beyond these, a type or a customer is only counted. */
const MAX_TYPES = 6;

/** The list for people: groups, then what is worth knowing, then what to do next. */
export function listText(list: ListJson, target: Target, paint: Paint, selection: Selection = {}): string {
  const groups = list.groups.map((group) => groupText(group, list.taken_at_ms, paint));
  return [
    paint('dim', `${'GROUP'.padEnd(10)}EVENTS  ${'LAST'.padEnd(10)}WHAT`),
    ...groups.flatMap((group) => [group, '']),
    ...countText(list),
    ...expiryText(list).map((line) => paint('yellow', line)),
    '',
    ...nextSteps(list, target, selection),
  ].join('\n');
}

export function emptyText(list: ListJson, { name }: Target): string {
  if (list.looked > 0) return `none of the ${counted(list.looked, 'dead letter')} of ${name} fits`;
  return list.hidden === 0
    ? `the dead-letter queue of ${name} is empty`
    : wrapText(
        `no dead letter of ${name} is visible; ${hiddenText(list.hidden)}: look again in ${LOOK_VISIBILITY_SECONDS} s`,
        80,
      ).join('\n');
}

function groupText(group: Group, nowMs: number, paint: Paint): string {
  const age = formatDuration(Math.max(0, nowMs - group.last_at_ms));
  const first = `${group.group_id}  ${formatCount(group.events).padStart(6)}  ${age.padEnd(10)}`;
  const error = group.handler === undefined ? group.error : `${group.error} in ${group.handler}`;
  const [headline = '', ...more] = wrapText(safeText(error), WHAT_COLUMNS);
  const lines = [
    `${first}${paint('bold', headline)}`,
    ...more.map((line) => BLANK + paint('bold', line)),
    ...wrapAtMost(safeText(group.message), WHAT_COLUMNS, 2).map((line) => BLANK + line),
    ...(group.frame === undefined ? [] : wrapAtMost(safeText(group.frame), WHAT_COLUMNS, 2)).map(
      (line) => BLANK + paint('dim', line),
    ),
    ...wrapAtMost(typesText(group), WHAT_COLUMNS, 4).map((line) => BLANK + line),
    ...wrapText(causeText(group), WHAT_COLUMNS).map((line) => BLANK + paint('dim', line)),
  ];
  return lines.filter((line) => line.trim() !== '').join('\n');
}

function typesText({ event_types: types, customers }: Group): string {
  const sorted = Object.entries(types).sort(([, one], [, other]) => other - one);
  const named = sorted
    .slice(0, MAX_TYPES)
    .map(([type, events]) => `${safeText(type, 80)} ${formatCount(events)}`);
  const rest = sorted.length - named.length;
  const who =
    customers.length > 1
      ? [`${customers.length >= 20 ? 'from 20 or more' : `from ${customers.length}`} customers`]
      : [];
  return [[...named, ...(rest === 0 ? [] : [`${rest} more types`])].join(', '), ...who].join('; ');
}

function causeText({ reason, attempts }: Group): string {
  return reason === undefined ? '' : `${safeText(reason, 80)}, after ${counted(attempts, 'attempt')}`;
}

function countText({ letters, events, expected, hidden, looked, groups }: ListJson): readonly string[] {
  const seen = `${counted(letters, 'dead letter')} (${counted(events, 'event')}) in ${counted(groups.length, 'group')}`;
  const rest =
    Math.max(expected, looked) > letters
      ? [`of about ${formatCount(Math.max(expected, looked))} on the queue`]
      : [];
  const held = hidden === 0 ? [] : [hiddenText(hidden)];
  return wrapText([[seen, ...rest].join(', '), ...held].join('; '), 80);
}

function expiryText({ expiring, taken_at_ms: nowMs }: ListJson): readonly string[] {
  if (expiring === undefined) return [];
  const { letters, first_at_ms: firstAtMs } = expiring;
  const when = `${formatUtc(firstAtMs).slice(0, 16)} UTC`;
  const left =
    firstAtMs > nowMs ? `in ${formatDuration(firstAtMs - nowMs)} (${when})` : `any moment (${when})`;
  const text =
    letters === 1
      ? `1 letter is lost within 3 days: ${left}`
      : `${formatCount(letters)} letters are lost within 3 days, the first ${left}`;
  return wrapText(text, 80);
}

function nextSteps({ groups }: ListJson, target: Target, selection: Selection): readonly string[] {
  const [largest] = groups;
  if (largest === undefined) return [];
  const chosen = selectionWords({ groupId: largest.group_id, ...selection });
  return [
    'Next:',
    commandText(`dlq show ${largest.group_id}`, target),
    commandText(`dlq redrive ${chosen} --dry-run`, target),
  ];
}
