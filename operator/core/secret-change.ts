import { CommandError, UsageError } from './command-error.ts';
import { SECRET_PROBLEMS } from './secret-mending.ts';
import { isMalformed, type MalformedSecret, readSecretValue, type ValidSecret } from './secret-value.ts';
import { GUESSABLE, SECRET_WEAKNESSES } from './secret-weakness.ts';

/** What becomes of the secrets that are stored already. */
export type SecretMode = 'first' | 'add' | 'replace';

export interface SecretChange {
  readonly action: 'stored' | 'added' | 'replaced' | 'removed' | 'unchanged';
  /** The whole set afterwards, in its order. */
  readonly secrets: readonly ValidSecret[];
}

/**
 * The set after new secrets come: they go first, so that what signs with the first one uses the newest.
 *
 * @param stored - the stored value; undefined when there is none
 * @throws {CommandError} when the new value is refused, or the stored one cannot be kept
 */
export function planNewSecrets(
  stored: string | undefined,
  input: string,
  mode: SecretMode,
  kind: 'local' | 'stack',
): SecretChange {
  const given = distinct(parseInput(input, kind));
  if (mode === 'add' && stored !== undefined && stored.trim() !== '') {
    const kept = parseStored(stored, 'replace all of them with --replace');
    const secrets = distinct([...given, ...kept]);
    // Which one comes first decides nothing about what verifies.
    if (secrets.length === kept.length) return { action: 'unchanged', secrets: kept };
    return { action: 'added', secrets };
  }
  const before = stored === undefined ? [] : readSecretValue(stored);
  const same =
    before.length === given.length &&
    before.every((each, index) => !isMalformed(each) && each.fingerprint === given[index]?.fingerprint);
  if (same) return { action: 'unchanged', secrets: given };
  return { action: stored === undefined || stored.trim() === '' ? 'stored' : 'replaced', secrets: given };
}

/**
 * The set without one of its secrets.
 *
 * @param which - its position, from 1, or its fingerprint
 * @throws {UsageError} when there is no such one
 * @throws {CommandError} when none would be left
 */
export function planRemoval(stored: string, which: string): SecretChange {
  const before = parseStored(stored, 'replace all of them with --replace');
  const removed = before.find(
    ({ position, fingerprint }) => String(position) === which || fingerprint === which,
  );
  if (removed === undefined) {
    throw new UsageError(
      `no secret ${which} is stored: --remove takes a position from 1 to ${before.length}, or a fingerprint of secret check`,
    );
  }
  if (before.length === 1) {
    throw new CommandError('the only secret cannot be removed: no webhook would be accepted; use --replace');
  }
  return { action: 'removed', secrets: renumbered(before.filter((each) => each !== removed)) };
}

/** The value to store: one secret a line. */
export function secretValueOf(secrets: readonly ValidSecret[]): string {
  return secrets.map(({ text }) => text).join('\n');
}

function parseInput(input: string, kind: 'local' | 'stack'): readonly ValidSecret[] {
  const entries = readSecretValue(input);
  const malformed = entries.find(isMalformed);
  if (malformed !== undefined) {
    throw new CommandError(
      `nothing was stored: ${problemText(malformed)}; copy it again from Supaglue, Settings, Webhooks`,
    );
  }
  const valid = entries.filter((entry): entry is ValidSecret => !isMalformed(entry));
  const guessable = valid.find(({ weakness }) => weakness !== undefined && GUESSABLE.has(weakness));
  if (guessable?.weakness !== undefined && kind === 'stack') {
    throw new CommandError(
      `nothing was stored: secret ${guessable.position}: ${SECRET_WEAKNESSES[guessable.weakness]}`,
    );
  }
  return valid;
}

function parseStored(stored: string, wayOut: string): readonly ValidSecret[] {
  const entries = readSecretValue(stored);
  const malformed = entries.find(isMalformed);
  if (malformed !== undefined) {
    throw new CommandError(
      `what is stored is refused by the functions (${problemText(malformed)}): ${wayOut}`,
    );
  }
  return entries.filter((entry): entry is ValidSecret => !isMalformed(entry));
}

function problemText({ position, problems }: MalformedSecret): string {
  return `secret ${position}: ${problems.map((problem) => SECRET_PROBLEMS[problem]).join('; ')}`;
}

function distinct(secrets: readonly ValidSecret[]): readonly ValidSecret[] {
  return renumbered([...new Map(secrets.map((each) => [each.text, each])).values()]);
}

function renumbered(secrets: readonly ValidSecret[]): readonly ValidSecret[] {
  return secrets.map((each, index) => ({ ...each, position: index + 1 }));
}
