import { createHash, type KeyObject } from 'node:crypto';
import { parseSigningSecret, SigningSecretError } from '../../lambdas/ingest/signing-secret.ts';
import { diagnoseEntry, type SecretProblem, textsWithin } from './secret-mending.ts';
import { type SecretWeakness, weaknessOf } from './secret-weakness.ts';

/** One secret that the functions take. */
export interface ValidSecret {
  /** From 1. */
  readonly position: number;
  readonly text: string;
  readonly key: KeyObject;
  readonly keyBytes: number;
  /** 8 hexadecimal characters of the key's SHA-256: tells secrets apart and shows no part of them. */
  readonly fingerprint: string;
  /** Absent when the key looks random. */
  readonly weakness?: SecretWeakness;
}

/** One secret that makes the functions refuse the whole value. */
export interface MalformedSecret {
  readonly position: number;
  /** At least one; the first is the outermost. */
  readonly problems: readonly SecretProblem[];
  /** What is probably meant, when what is wrong can be undone. */
  readonly mended?: ValidSecret;
}

export type SecretEntry = ValidSecret | MalformedSecret;

export function isMalformed(entry: SecretEntry): entry is MalformedSecret {
  return 'problems' in entry;
}

/**
 * A stored value, secret by secret, as the functions read it: one or several, separated by white space. Where
 * they would refuse it, this says why in more detail than they do.
 */
export function readSecretValue(value: string): readonly SecretEntry[] {
  const texts = value.split(/\s+/).filter((text) => text !== '');
  if (texts.length === 0) return [{ position: 1, problems: ['missing'] }];
  const entries = texts.map((text, index) => readEntry(text, index + 1));
  if (!entries.some(isMalformed)) return entries;
  return readWhole(value) ?? entries;
}

function readEntry(text: string, position: number): SecretEntry {
  const valid = parse(text, position);
  if (valid !== undefined) return valid;
  const { problems, text: mendedText } = diagnoseEntry(text);
  return malformed(position, problems, mendedText);
}

/** Mistakes that white space hides: a JSON document, quotes around several, one secret that a line end cut in two. */
function readWhole(value: string): readonly SecretEntry[] | undefined {
  for (const { problem, texts } of textsWithin(value)) {
    const entries = texts.map((text, index) => malformed(index + 1, [problem], text));
    if (entries.length > 0 && entries.every(({ mended }) => mended !== undefined)) return entries;
  }
  return undefined;
}

function malformed(
  position: number,
  problems: readonly SecretProblem[],
  mendedText: string | undefined,
): MalformedSecret {
  const mended = mendedText === undefined ? undefined : parse(mendedText, position);
  return { position, problems, ...(mended === undefined ? {} : { mended }) };
}

function parse(text: string, position: number): ValidSecret | undefined {
  let key: KeyObject;
  try {
    key = parseSigningSecret(text);
  } catch (error) {
    if (error instanceof SigningSecretError) return undefined;
    throw error;
  }
  const isPublic = key.type === 'public';
  const bytes = isPublic ? Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url') : key.export();
  // What is public need not be hard to guess.
  const weakness = isPublic ? undefined : weaknessOf(bytes);
  return {
    position,
    text,
    key,
    keyBytes: bytes.length,
    fingerprint: createHash('sha256').update(bytes).digest('hex').slice(0, 8),
    ...(weakness === undefined ? {} : { weakness }),
  };
}
