import { type Command, InvalidArgumentError } from 'commander';
import { safeText } from '../../../local/safe-text.ts';
import { durationOption, durationText } from '../../cli/duration-option.ts';
import { UsageError } from '../../core/command-error.ts';
import type { Selection } from '../../dead-letters/selection.ts';

/** Which letters a command works on, as commander parsed it. */
export interface SelectionOptions {
  readonly group?: string;
  readonly type?: string;
  readonly customer?: string;
  readonly olderThan?: number;
  readonly newerThan?: number;
}

/** The filters that redrive, delete and export share; all that are given must hold. */
export function addSelectionOptions(command: Command): Command {
  return command
    .option('--group <id>', 'of this group of `dlq list`', groupOption)
    .option('--type <event-type>', 'of this event type')
    .option('--customer <id>', 'of this customer (the external id, as Supaglue shows it)')
    .option('--older-than <time>', 'on the dead-letter queue for longer: 90s, 30m, 2h, 3d', durationOption)
    .option('--newer-than <time>', 'on the dead-letter queue for less long', durationOption);
}

/**
 * @throws {UsageError} when an id comes with a filter
 */
export function toSelection(id: string | undefined, options: SelectionOptions): Selection {
  const { group, type, customer, olderThan, newerThan } = options;
  const filter: Selection = {
    ...(group === undefined ? {} : { groupId: group }),
    ...(type === undefined ? {} : { eventType: type }),
    ...(customer === undefined ? {} : { customerId: customer }),
    ...(olderThan === undefined ? {} : { olderThanMs: olderThan }),
    ...(newerThan === undefined ? {} : { youngerThanMs: newerThan }),
  };
  if (id === undefined) return filter;
  if (isFilter(filter)) throw new UsageError('an ID names one event: use it without a filter');
  return { id };
}

/** Whether the selection chooses at all. */
export function isFilter(selection: Selection): boolean {
  return Object.keys(selection).length > 0;
}

/**
 * @throws {UsageError} when `--all` comes with an id or a filter
 */
export function refuseAllWithFilter(selection: Selection, { all }: { readonly all?: true }): void {
  if (all === true && isFilter(selection)) {
    throw new UsageError('--all is everything: use it without an ID or a filter');
  }
}

/** The selection as it is typed, to repeat it in a hint. */
export function selectionWords(selection: Selection): string {
  const { id, groupId, eventType, customerId, olderThanMs, youngerThanMs } = selection;
  const words: readonly (string | undefined)[] = [
    id === undefined ? undefined : shellWord(id),
    groupId === undefined ? undefined : `--group ${groupId}`,
    eventType === undefined ? undefined : `--type ${shellWord(eventType)}`,
    customerId === undefined ? undefined : `--customer ${shellWord(customerId)}`,
    olderThanMs === undefined ? undefined : `--older-than ${durationText(olderThanMs)}`,
    youngerThanMs === undefined ? undefined : `--newer-than ${durationText(youngerThanMs)}`,
  ];
  return words.filter((word) => word !== undefined).join(' ');
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${safeText(text).replaceAll("'", "'\\''")}'`;
}

function groupOption(text: string): string {
  if (!/^[0-9a-f]{8}$/i.test(text)) {
    throw new InvalidArgumentError('A group is the 8 hexadecimal characters that `dlq list` shows.');
  }
  return text.toLowerCase();
}
