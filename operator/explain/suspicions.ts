import { isMalformed, type SecretEntry } from '../core/secret-value.ts';
import type { Capture } from './capture.ts';
import { type Field, type FoundHeader, idReadings, timestampReadings } from './header-readings.ts';
import { hasSortedKeys } from './json-readings.ts';
import { parseJsonTree } from './json-tree.ts';
import type { Alteration, BodyCause, Reading } from './reading.ts';
import { signatureReading } from './signature-readings.ts';

/** What is to be said of a request for which no reading verifies. */
export function suspicions(
  capture: Capture,
  { id, timestamp, signature }: Readonly<Record<Field, FoundHeader>>,
  secrets: readonly SecretEntry[],
): readonly Alteration[] {
  const signatureCauses = signatureReading(signature).suspicions;
  const incomplete = [id, timestamp, signature].some(({ value }) => value === undefined);
  // With a header missing, a signature cut to nothing or no usable secret, nothing is known about the secret.
  const isTried = !incomplete && signatureCauses.length === 0 && secrets.some((each) => !isMalformed(each));
  return [
    ...leastAltered(id, idReadings(id)),
    ...leastAltered(timestamp, timestampReadings(timestamp)),
    ...signature.alterations,
    ...signatureCauses.map((cause) => ({ cause })),
    ...bodyCauses(capture.body).map((cause) => ({ cause })),
    ...(isTried ? [{ cause: 'wrong-secret' } as const] : []),
  ];
}

/** What a header needs to be well formed: the last reading is the one with all that can be undone. */
function leastAltered(
  { value, alterations }: FoundHeader,
  readings: readonly Reading<string>[],
): readonly Alteration[] {
  if (value === undefined) return alterations;
  const [asItStands] = readings;
  const isWellFormed = asItStands === undefined || asItStands.alterations.length === alterations.length;
  return isWellFormed ? alterations : (readings.at(-1)?.alterations ?? []);
}

function bodyCauses(body: Buffer): readonly BodyCause[] {
  const text = body.toString('utf8');
  const tree = parseJsonTree(text);
  return [
    ...(body.length === 0 ? (['body-empty'] as const) : []),
    ...(body.includes('\ufffd') ? (['body-characters-lost'] as const) : []),
    ...(/^\[object \w+\]$/.test(text.trim()) ? (['body-object-text'] as const) : []),
    ...(tree !== undefined && hasSortedKeys(tree) ? (['body-keys-sorted'] as const) : []),
  ];
}
