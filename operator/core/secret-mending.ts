import {
  parseSigningSecret,
  SecretErrorCode,
  SigningSecretError,
} from '../../lambdas/ingest/signing-secret.ts';
import { parseJson } from '../../local/json.ts';

/** What is wrong with the text of a secret, and how it is told. Never with any part of the text. */
export const SECRET_PROBLEMS = {
  missing: 'there is none',
  json: 'it is stored as JSON: Secrets Manager takes it as "plaintext", not as key and value',
  assignment: 'it has the name of a variable before it',
  quoted: 'it has quotes or other punctuation around it',
  'invisible-character': 'it holds an invisible character, as copying from a page may add',
  version: 'it has v1, or v1a, before it, as signatures have: a secret begins with whsec_ or whpk_',
  comma: 'a comma joins several: white space separates them',
  'public-key':
    'what follows whpk_ is not the base64 of a public key of 32 bytes (a part is missing, or it was changed), or anybody can sign for it: a placeholder',
  'private-key': 'it is the private key of a sender (whsk_): what verifies is its public one, whpk_',
  'white-space': 'white space cuts it in two: a secret is one word',
  'prefix-case': 'its prefix is not written whsec_',
  'no-prefix': 'it does not start with whsec_',
  'url-safe-base64': 'it is URL-safe base64 (- and _), not the standard kind (+ and /)',
  unpadded: 'the = at its end is missing, or there are too many',
  placeholder: 'it is a placeholder, not a secret',
  'not-base64': 'what follows whsec_ is not base64: a part is missing, or it was changed',
  'too-short': 'its key is shorter than 24 bytes: a part is missing',
  'too-long': 'its key is longer than 75 bytes: two were joined, or it is another kind of key',
} as const;
export type SecretProblem = keyof typeof SECRET_PROBLEMS;

interface Step {
  readonly problem: SecretProblem;
  readonly undo: (text: string) => string;
}

const PREFIX = 'whsec_';

const STEPS: readonly Step[] = [
  { problem: 'assignment', undo: (text) => text.replace(/^[A-Za-z_]\w*[=:](?=.*whsec_)/i, '') },
  { problem: 'quoted', undo: (text) => text.replace(/^["'`“‘<([{]+|["'`”’>)\]},;]+$/g, '') },
  { problem: 'invisible-character', undo: (text) => text.replace(/[\p{Cf}\p{Cc}]/gu, '') },
  { problem: 'version', undo: (text) => text.replace(/^v1,(?=whsec[_-])/i, '') },
  { problem: 'prefix-case', undo: (text) => text.replace(/^whsec[_-]/i, PREFIX) },
  { problem: 'no-prefix', undo: (text) => (text.startsWith(PREFIX) ? text : PREFIX + text) },
  { problem: 'url-safe-base64', undo: afterPrefix((text) => text.replaceAll('-', '+').replaceAll('_', '/')) },
  { problem: 'unpadded', undo: afterPrefix(padded) },
];

/** Undoes what can be undone, step by step, until it is a secret; `text` is absent when none comes out. */
export function diagnoseEntry(text: string): {
  readonly problems: readonly SecretProblem[];
  readonly text?: string;
} {
  if (/^(?:v1a,)?whsk_/.test(text)) return { problems: ['private-key'] };
  if (/^(?:v1a,)?whpk_/.test(text)) {
    const key = text.replace('v1a,', '');
    return refusalOf(key) === undefined ? { problems: ['version'], text: key } : { problems: ['public-key'] };
  }
  const problems: SecretProblem[] = [];
  let current = text;
  for (const { problem, undo } of STEPS) {
    const next = undo(current);
    if (next === current) continue;
    problems.push(problem);
    current = next;
    if (refusalOf(current) === undefined) return { problems, text: current };
  }
  // What was padded or rewritten only as an attempt explains nothing when no secret comes out.
  const told = problems.filter((problem) => problem !== 'unpadded' && problem !== 'url-safe-base64');
  return { problems: [...told, lastProblem(current)] };
}

/** Secrets within a value that is wrong as a whole. */
export function textsWithin(
  value: string,
): readonly { readonly problem: SecretProblem; readonly texts: readonly string[] }[] {
  return [
    { problem: 'json', texts: jsonTexts(value) },
    {
      problem: 'quoted',
      texts: value
        .trim()
        .replace(/^["'`]|["'`]$/g, '')
        .split(/\s+/),
    },
    { problem: 'comma', texts: value.split(/[\s,;]+/).filter((text) => text !== '') },
    { problem: 'white-space', texts: [value.replace(/\s+/g, '')] },
  ];
}

function jsonTexts(value: string): readonly string[] {
  const parsed = parseJson(value);
  if (typeof parsed !== 'object' || parsed === null) return [];
  const texts = Object.values(parsed).filter((each) => typeof each === 'string');
  return texts.flatMap((text) => text.split(/\s+/)).filter((text) => text.startsWith(PREFIX));
}

function lastProblem(text: string): SecretProblem {
  if (/\.{3}|…|<|\*{3}|x{4}|your|change.?me|placeholder/i.test(text)) return 'placeholder';
  const refusal = refusalOf(text);
  if (refusal?.code !== SecretErrorCode.WRONG_LENGTH) return 'not-base64';
  return Buffer.from(text.slice(PREFIX.length), 'base64').length < 24 ? 'too-short' : 'too-long';
}

function refusalOf(text: string): SigningSecretError | undefined {
  try {
    parseSigningSecret(text);
    return undefined;
  } catch (error) {
    if (error instanceof SigningSecretError) return error;
    throw error;
  }
}

function afterPrefix(undo: (text: string) => string): (text: string) => string {
  return (text) => PREFIX + undo(text.slice(PREFIX.length));
}

function padded(text: string): string {
  const bare = text.replace(/=+$/, '');
  return bare + '='.repeat((4 - (bare.length % 4)) % 4);
}
