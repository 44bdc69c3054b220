import { createSecretKey, type KeyObject } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { digest, matchSignature, type SignedContent } from '../../lambdas/ingest/signature.ts';
import { isMalformed, type SecretEntry } from '../core/secret-value.ts';
import { bodyReadings } from './body-readings.ts';
import type { Capture } from './capture.ts';
import { type Field, type FoundHeader, idReadings, timestampReadings } from './header-readings.ts';
import type { Alteration, Reading } from './reading.ts';
import { signatureReading } from './signature-readings.ts';

/** A reading of the request under which its signature is right. */
export interface Match {
  /** From 1. */
  readonly secretPosition: number;
  /** As it was signed. */
  readonly timestamp: string;
  /** What was done to the request since, or is wrong with the secret. */
  readonly alterations: readonly Alteration[];
}

interface PositionedKey {
  readonly position: number;
  readonly key: KeyObject;
}

/** Between two looks at whether somebody wants to end it. */
const READINGS_PER_TURN = 20;

/**
 * Tries readings of the request until its signature is right: what changes the body least first, since each
 * way of reading the headers is tried for each body.
 *
 * @throws the signal's reason when it aborts
 */
export async function findMatch(
  capture: Capture,
  headers: Readonly<Record<Field, FoundHeader>>,
  secrets: readonly SecretEntry[],
  abortSignal: AbortSignal,
): Promise<Match | undefined> {
  if (Object.values(headers).some(({ value }) => value === undefined)) return undefined;
  const keys = keyReadings(secrets);
  const ids = idReadings(headers.id);
  const timestamps = timestampReadings(headers.timestamp);
  const { match } = signatureReading(headers.signature);
  const combined = ids.flatMap((id) =>
    timestamps.flatMap((timestamp) => keys.map((key) => ({ id, timestamp, key }))),
  );
  let tried = 0;
  for (const body of bodyReadings(capture)) {
    for (const { id, timestamp, key } of combined) {
      const content = { id: id.value, timestamp: timestamp.value, body: body.value };
      const change =
        key.value.key.type === 'public'
          ? byPublicKey(key.value.key, content, headers.signature.value)
          : match(digest(key.value.key, content));
      if (change !== undefined) {
        return {
          secretPosition: key.value.position,
          timestamp: timestamp.value,
          alterations: [key, id, timestamp, { alterations: change }, body].flatMap(
            (each) => each.alterations,
          ),
        };
      }
    }
    tried += 1;
    if (tried % READINGS_PER_TURN === 0) {
      await setImmediate();
      abortSignal.throwIfAborted();
    }
  }
  return undefined;
}

/** As the functions do: what a mended header would say is not tried. */
function byPublicKey(key: KeyObject, content: SignedContent, header = ''): readonly Alteration[] | undefined {
  return matchSignature([key], content, header) === undefined ? undefined : [];
}

/** The keys, then those of mended secrets, then what a signer uses that forgets to decode the secret. */
function keyReadings(secrets: readonly SecretEntry[]): readonly Reading<PositionedKey>[] {
  const valid = secrets.flatMap((entry) => (isMalformed(entry) ? [] : [entry]));
  const mended = secrets.flatMap((entry) =>
    isMalformed(entry) && entry.mended !== undefined ? [entry.mended] : [],
  );
  return [
    ...valid.map((entry) => ({ value: entry, alterations: [] })),
    // What is wrong with a secret is told anyway, whether or not it made the signature.
    ...mended.map((entry) => ({ value: entry, alterations: [] })),
    ...[...valid, ...mended].flatMap(({ position, text, key }) =>
      (key.type === 'public' ? [] : [text, text.replace(/^whsec_/, '')]).map((used) => ({
        value: { position, key: createSecretKey(Buffer.from(used)) },
        alterations: [{ cause: 'signed-with-secret-text' } as const],
      })),
    ),
  ];
}
