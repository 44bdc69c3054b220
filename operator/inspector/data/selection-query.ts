import { safeText } from '../../../local/safe-text.ts';
import { formatDuration } from '../../cli/format-time.ts';
import { UsageError } from '../../core/command-error.ts';
import { durationText } from '../../core/duration-option.ts';
import { FILTER_KEYS, FILTERS, readFilters, type Selection } from '../../dead-letters/selection.ts';

export type ReadParameter = (name: string) => string | undefined;

/** A filter's longest value: an event type, a customer, an id. */
const MAX_CHARACTERS = 256;

/**
 * Parameters are called as the options of `dlq list` are; `older` and `newer` are an old bookmark's, which must not
 * come to mean everything.
 *
 * @throws {UsageError} for an age that is no duration, a group that cannot be one, or a text longer than any id
 */
export function parseSelection(read: ReadParameter): Selection {
  const text = (name: string) => {
    const value = read(name)?.trim() ?? '';
    if (value.length > MAX_CHARACTERS)
      throw new UsageError(`${name} takes at most ${MAX_CHARACTERS} characters`);
    return value === '' ? undefined : value;
  };
  const id = text('id');
  const filters = readFilters((key) => {
    const { name, parse = (given: string) => given } = FILTERS[key];
    const value = text(name) ?? text(name.replace(/-than$/, ''));
    try {
      return value === undefined ? undefined : parse(value);
    } catch (error) {
      throw new UsageError(`${name}: ${error instanceof Error ? error.message : ''}`);
    }
  });
  return id === undefined ? filters : { id, ...filters };
}

/** The selection as form fields, and as a URL's parameters. */
export function selectionFields(selection: Selection): readonly [string, string][] {
  const fields = FILTER_KEYS.flatMap((key): [string, string][] => {
    const value = selection[key];
    if (value === undefined) return [];
    return [[FILTERS[key].name, typeof value === 'number' ? durationText(value) : value]];
  });
  return selection.id === undefined ? fields : [['id', selection.id], ...fields];
}

/** `?group=1f2e3d4c&type=sync.complete`; empty when everything is selected. */
export function selectionQuery(selection: Selection): string {
  const query = new URLSearchParams(selectionFields(selection)).toString();
  return query === '' ? '' : `?${query}`;
}

/** In words: `group 1f2e3d4c, type sync.complete`. */
export function selectionText(selection: Selection): string {
  if (selection.id !== undefined) return safeText(selection.id);
  const parts = FILTER_KEYS.flatMap((key) => {
    const value = selection[key];
    if (value === undefined) return [];
    const shown = typeof value === 'number' ? formatDuration(value) : value;
    return `${FILTERS[key].name.replace('-', ' ')} ${shown}`;
  });
  return parts.length === 0 ? 'all dead letters' : safeText(parts.join(', '));
}
