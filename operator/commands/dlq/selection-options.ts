import type { Command } from 'commander';
import { safeText } from '../../../local/safe-text.ts';
import { UsageError } from '../../core/command-error.ts';
import { durationText } from '../../core/duration-option.ts';
import { FILTER_KEYS, FILTERS, readFilters, type Selection } from '../../dead-letters/selection.ts';

/** Which letters a command works on, as commander parsed it. */
export interface SelectionOptions {
  readonly group?: string;
  readonly type?: string;
  readonly customer?: string;
  readonly error?: string;
  readonly code?: string;
  readonly handler?: string;
  readonly reason?: string;
  readonly grep?: string;
  readonly olderThan?: number;
  readonly newerThan?: number;
}

/** For a usage error. */
export const ANY_FILTER = `a filter (${FILTER_KEYS.map((key) => `--${FILTERS[key].name}`).join(', ')})`;

/** The filters that list, redrive, delete and export share; all that are given must hold. */
export function addSelectionOptions(command: Command): Command {
  for (const key of FILTER_KEYS) {
    const { name, value, says, parse = (text: string) => text } = FILTERS[key];
    command.option(`--${name} <${value}>`, says, parse);
  }
  return command;
}

/**
 * @throws {UsageError} when an id comes with a filter
 */
export function toSelection(id: string | undefined, options: SelectionOptions): Selection {
  const given: Readonly<Record<string, string | number | undefined>> = { ...options };
  const filter = readFilters((key) => given[FILTERS[key].name.replace('-than', 'Than')]);
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
  if (selection.id !== undefined) return shellWord(selection.id);
  return FILTER_KEYS.flatMap((key) => {
    const value = selection[key];
    if (value === undefined) return [];
    return `--${FILTERS[key].name} ${typeof value === 'number' ? durationText(value) : shellWord(value)}`;
  }).join(' ');
}

export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${safeText(text).replaceAll("'", "'\\''")}'`;
}
