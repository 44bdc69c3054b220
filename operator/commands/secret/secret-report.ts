import { safeText } from '../../../local/safe-text.ts';
import { SECRET_PROBLEMS, type SecretProblem } from '../../core/secret-mending.ts';
import { isMalformed, type SecretEntry } from '../../core/secret-value.ts';
import { SECRET_WEAKNESSES, type SecretWeakness } from '../../core/secret-weakness.ts';

/** One secret as `--json` prints it: nothing of the secret itself. */
export interface SecretLine {
  /** From 1. */
  readonly position: number;
  readonly valid: boolean;
  readonly problems: readonly SecretProblem[];
  /** Null when it looks random, or is not valid. */
  readonly weakness: SecretWeakness | null;
  readonly key_bytes: number | null;
  /** 8 hexadecimal characters of the key's SHA-256. */
  readonly fingerprint: string | null;
}

export function secretLine(entry: SecretEntry): SecretLine {
  const { position } = entry;
  if (isMalformed(entry)) {
    const { problems } = entry;
    return { position, valid: false, problems, weakness: null, key_bytes: null, fingerprint: null };
  }
  const { weakness = null, keyBytes, fingerprint } = entry;
  return { position, valid: true, problems: [], weakness, key_bytes: keyBytes, fingerprint };
}

/** `secret 1  1a2b3c4d  32 bytes`, and what is wrong with it. */
export function secretLineText({ position, problems, weakness, key_bytes: bytes, fingerprint }: SecretLine) {
  const what =
    problems.length > 0
      ? `malformed: ${problems.map((problem) => SECRET_PROBLEMS[problem]).join('; ')}`
      : [
          `${fingerprint}  ${bytes} bytes`,
          ...(weakness === null ? [] : [`weak: ${SECRET_WEAKNESSES[weakness]}`]),
        ].join(', ');
  return safeText(`secret ${position}  ${what}`);
}
