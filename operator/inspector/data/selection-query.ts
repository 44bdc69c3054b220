import { safeText } from '../../../local/safe-text.ts';
import { durationOption, durationText } from '../../cli/duration-option.ts';
import { formatDuration } from '../../cli/format-time.ts';
import { UsageError } from '../../core/command-error.ts';
import type { Selection } from '../../dead-letters/selection.ts';

/** Names of a selection's parts in a URL and in forms. */
export const SelectionParameter = {
  ID: 'id',
  GROUP: 'group',
  TYPE: 'type',
  CUSTOMER: 'customer',
  OLDER_THAN: 'older',
  NEWER_THAN: 'newer',
} as const;

export type ReadParameter = (name: string) => string | undefined;

/** A filter's longest value: an event type, a customer, an id. */
const MAX_CHARACTERS = 256;

/** @throws {UsageError} for an age that is no duration, a group that cannot be one, or a text longer than any id */
export function parseSelection(read: ReadParameter): Selection {
  const text = (name: string) => {
    const value = read(name)?.trim() ?? '';
    if (value.length > MAX_CHARACTERS)
      throw new UsageError(`${name} takes at most ${MAX_CHARACTERS} characters`);
    return value === '' ? undefined : value;
  };
  const age = (name: string) => {
    const value = text(name);
    if (value === undefined) return undefined;
    try {
      return durationOption(value);
    } catch {
      throw new UsageError(`${name} takes a number with its unit, s, m, h or d: 30m, 2h, 3d`);
    }
  };
  const id = text(SelectionParameter.ID);
  const groupId = text(SelectionParameter.GROUP);
  if (groupId !== undefined && !/^[0-9a-f]{8}$/.test(groupId)) {
    throw new UsageError('a group has 8 hexadecimal characters');
  }
  const eventType = text(SelectionParameter.TYPE);
  const customerId = text(SelectionParameter.CUSTOMER);
  const olderThanMs = age(SelectionParameter.OLDER_THAN);
  const youngerThanMs = age(SelectionParameter.NEWER_THAN);
  return {
    ...(id === undefined ? {} : { id }),
    ...(groupId === undefined ? {} : { groupId }),
    ...(eventType === undefined ? {} : { eventType }),
    ...(customerId === undefined ? {} : { customerId }),
    ...(olderThanMs === undefined ? {} : { olderThanMs }),
    ...(youngerThanMs === undefined ? {} : { youngerThanMs }),
  };
}

/** The selection as form fields, and as a URL's parameters. */
export function selectionFields(selection: Selection): readonly [string, string][] {
  const { id, groupId, eventType, customerId, olderThanMs, youngerThanMs } = selection;
  const fields: readonly (readonly [string, string | undefined])[] = [
    [SelectionParameter.ID, id],
    [SelectionParameter.GROUP, groupId],
    [SelectionParameter.TYPE, eventType],
    [SelectionParameter.CUSTOMER, customerId],
    [SelectionParameter.OLDER_THAN, duration(olderThanMs)],
    [SelectionParameter.NEWER_THAN, duration(youngerThanMs)],
  ];
  return fields.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
}

/** `?group=1f2e3d4c&type=sync.complete`; empty when everything is selected. */
export function selectionQuery(selection: Selection): string {
  const query = new URLSearchParams(selectionFields(selection)).toString();
  return query === '' ? '' : `?${query}`;
}

/** In words: `group 1f2e3d4c, type sync.complete`. */
export function selectionText(selection: Selection): string {
  const { id, groupId, eventType, customerId, olderThanMs, youngerThanMs } = selection;
  if (id !== undefined) return safeText(id);
  const parts = [
    ...(groupId === undefined ? [] : [`group ${groupId}`]),
    ...(eventType === undefined ? [] : [`type ${eventType}`]),
    ...(customerId === undefined ? [] : [`customer ${customerId}`]),
    ...(olderThanMs === undefined ? [] : [`older than ${formatDuration(olderThanMs)}`]),
    ...(youngerThanMs === undefined ? [] : [`newer than ${formatDuration(youngerThanMs)}`]),
  ];
  return parts.length === 0 ? 'all dead letters' : safeText(parts.join(', '));
}

function duration(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : durationText(ms);
}
