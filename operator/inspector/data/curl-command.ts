import { sourceOf, withoutSource } from '../../../lambdas/contract/source.ts';
import type { DeadLetter } from '../../dead-letters/dead-letter.ts';
import { letterBytes } from '../../dead-letters/read-letter.ts';

/** A longer body is no text to paste. */
const MAX_BODY_CHARACTERS = 32 * 1024;

/**
 * Shell commands that deliver the letter's exact body to a local run, freshly signed: the signature that it came
 * with is too old to be accepted, and an unsigned body never is. Address and secret are those that `.local/env`
 * exports, so that a letter of a stack is never posted to that stack. Undefined for a body too long to paste.
 */
export function curlCommand(letter: DeadLetter): string | undefined {
  const { body, eventId = 'msg_replayed' } = letter;
  const source = sourceOf(eventId);
  if (body.length > MAX_BODY_CHARACTERS) return undefined;
  return [
    '. .local/env    # WEBHOOK_URL and WEBHOOK_SECRET of `npm start`',
    writeBody(letter),
    `id=${quoted(withoutSource(eventId))}; timestamp=$(date +%s)`,
    `key=$(printf %s "\${WEBHOOK_SECRET#whsec_}" | base64 -d | od -An -v -tx1 | tr -d ' \\n')`,
    '{ printf %s.%s. "$id" "$timestamp"; cat body.json; } > signed',
    `signature=$(openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary signed | base64)`,
    `curl -i "$WEBHOOK_URL${source === undefined ? '' : `/${source}`}" --data-binary @body.json -H "content-type: application/json" \\`,
    '  -H "svix-id: $id" -H "svix-timestamp: $timestamp" -H "svix-signature: v1,$signature"',
  ].join('\n');
}

/** What is not printable ASCII goes as base64: a hidden character could make a pasted line read as another. */
function writeBody(letter: DeadLetter): string {
  const bytes = letterBytes(letter);
  const text = bytes.toString('latin1');
  return /^[\x20-\x7e]*$/.test(text)
    ? `printf %s ${quoted(text)} > body.json`
    : `printf %s ${bytes.toString('base64')} | base64 -d > body.json`;
}

/** One word for a POSIX shell, whatever it holds. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
