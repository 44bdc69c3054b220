import { randomUUID } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';

/** Every resource of every run is called so. */
export const NAME_PREFIX = 'supaglue-webhooks-test-';

export interface Resource {
  readonly kind: 'queue' | 'table';
  readonly name: string;
}

/** A name that nobody has, below the prefix of a run. */
export function newRunPrefix(): string {
  return `${NAME_PREFIX}${randomUUID().slice(0, 8)}-`;
}

/**
 * What a run has created, in a file: the process that creates may be killed at any moment, and the one that started it
 * deletes. Each name is written before the call that creates it.
 */
export function recordResource(journalFile: string, resource: Resource): void {
  appendFileSync(journalFile, `${JSON.stringify(resource)}\n`);
}

export function readJournal(journalFile: string): readonly Resource[] {
  return readFileSync(journalFile, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
