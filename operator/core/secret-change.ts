import { CommandError, UsageError } from './command-error.ts';
import { SECRET_PROBLEMS } from './secret-mending.ts';
import { isMalformed, readSecretValue, type ValidSecret } from './secret-value.ts';
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
    const kept = parseStored(stored);
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
  const before = parseStored(stored);
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
  const valid = parse(
    input,
    (problem) => `nothing was stored: ${problem}; copy it again from Supaglue, Settings, Webhooks`,
  );
  const guessable = valid.find(({ weakness }) => weakness !== undefined && GUESSABLE.has(weakness));
  if (guessable?.weakness !== undefined && kind === 'stack') {
    throw new CommandError(
      `nothing was stored: secret ${guessable.position}: ${SECRET_WEAKNESSES[guessable.weakness]}`,
    );
  }
  return valid;
}

function parseStored(stored: string): readonly ValidSecret[] {
  return parse(
    stored,
    (problem) =>
      `what is stored is refused by the functions (${problem}): replace all of them with --replace`,
  );
}

function parse(value: string, refusal: (problem: string) => string): readonly ValidSecret[] {
  return readSecretValue(value).map((entry) => {
    if (!isMalformed(entry)) return entry;
    const problems = entry.problems.map((problem) => SECRET_PROBLEMS[problem]).join('; ');
    throw new CommandError(refusal(`secret ${entry.position}: ${problems}`));
  });
}

function distinct(secrets: readonly ValidSecret[]): readonly ValidSecret[] {
  return renumbered([...new Map(secrets.map((each) => [each.text, each])).values()]);
}

function renumbered(secrets: readonly ValidSecret[]): readonly ValidSecret[] {
  return secrets.map((each, index) => ({ ...each, position: index + 1 }));
}
