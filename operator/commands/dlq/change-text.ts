import { safeText } from '../../../local/safe-text.ts';
import { counted, formatCount } from '../../cli/command-text.ts';
import type { Terminal } from '../../cli/terminal.ts';
import { wrapText } from '../../cli/wrap-text.ts';
import type { ChangedEvent, ChangeJson } from './json.ts';

const COLUMNS = 80;
/** More events than this are counted only. */
const MAX_LISTED = 20;

export type Change = 'redrive' | 'delete';

/** How a command says what it would do, and what it did. */
const WORDS = {
  redrive: { would: 'would be moved', did: 'moved' },
  delete: { would: 'would be deleted', did: 'deleted' },
} as const;

/** What needs a look comes first. */
const ORDER: readonly ChangedEvent['outcome'][] = ['failed', 'planned', 'moved', 'deleted', 'skipped'];

/** The events by what happens to them, the first ones by name, then the numbers. */
export function changeText(
  change: Change,
  result: ChangeJson,
  describe: (event: ChangedEvent) => string,
  paint: Terminal['paint'],
): string {
  let budget = MAX_LISTED;
  const groups = byHeading(result.events, (event) => headingOf(change, event, describe(event)));
  const lines = groups.flatMap(([heading, events]) => {
    const colour = events[0]?.outcome === 'failed' ? 'red' : 'bold';
    // What a deletion leaves alone is of no interest one by one.
    const isListed = change === 'redrive' || events[0]?.outcome !== 'skipped';
    const listed = isListed ? events.slice(0, budget) : [];
    budget -= listed.length;
    const rest = isListed ? restLine(events.length - listed.length, listed.length > 0) : [];
    return [
      ...wrapText(`${counted(events.length, 'event')} ${heading}`, COLUMNS).map((line) =>
        paint(colour, line),
      ),
      ...listed.map(eventLine),
      ...rest,
    ];
  });
  return [...lines, '', summary(change, result)].join('\n');
}

/** `18 events moved, 2 skipped, 3 further copies deleted with them`. */
export function summary(change: Change, result: ChangeJson): string {
  const { would, did } = WORDS[change];
  const done = change === 'redrive' ? result.moved : result.deleted;
  const copies = counted(result.folded, 'further copy', 'further copies');
  return [
    result.dry_run ? `${counted(result.planned, 'event')} ${would}` : `${counted(done, 'event')} ${did}`,
    ...(result.skipped === 0 ? [] : [`${formatCount(result.skipped)} skipped`]),
    ...(result.failed === 0 ? [] : [`${formatCount(result.failed)} failed`]),
    ...(result.folded === 0 ? [] : [`${copies} deleted with them`]),
    ...(result.left_behind === 0 ? [] : [`${counted(result.left_behind, 'letter')} could not be deleted`]),
  ].join(', ');
}

function byHeading(
  events: readonly ChangedEvent[],
  headingFor: (event: ChangedEvent) => string,
): readonly (readonly [heading: string, events: readonly ChangedEvent[]])[] {
  const groups = new Map<string, ChangedEvent[]>();
  for (const event of events.toSorted((one, other) => rank(one) - rank(other))) {
    const heading = headingFor(event);
    const members = groups.get(heading);
    if (members === undefined) groups.set(heading, [event]);
    else members.push(event);
  }
  return [...groups];
}

const rank = ({ outcome }: ChangedEvent) => ORDER.indexOf(outcome);

function headingOf(change: Change, { outcome, error }: ChangedEvent, description: string): string {
  const { would, did } = WORDS[change];
  switch (outcome) {
    case 'planned':
      return `${would}: ${description}`;
    case 'moved':
    case 'deleted':
      return `${did}: ${error === undefined ? description : safeText(error)}`;
    case 'skipped':
      return description;
    case 'failed':
      return `failed, in place: ${safeText(error ?? 'for an unknown reason')}`;
  }
}

function eventLine({
  event_id: eventId,
  message_id: messageId,
  event_type: type,
  copies,
}: ChangedEvent): string {
  const several = copies === 1 ? '' : `, ${copies} copies`;
  const id = eventId ?? `message ${messageId}`;
  // An id is never cut: it is there to be copied.
  return `  ${id}  ${safeText(type, Math.max(1, COLUMNS - 4 - id.length - several.length))}${several}`;
}

function restLine(rest: number, someListed: boolean): readonly string[] {
  if (rest === 0) return [];
  return [
    `  ${someListed ? 'and ' : ''}${formatCount(rest)} ${someListed ? 'more' : 'events'} (--json names all)`,
  ];
}
