import { randomUUID } from 'node:crypto';
import { sign } from '../../lambdas/ingest/signature.ts';
import { SECRET, SYNC_COMPLETE } from '../ingest/fixtures.ts';

export interface RawWebhook {
  /** Default: a sync.complete. */
  readonly body?: string | Uint8Array;
  readonly id?: string;
  /** Default: none, so that the body reaches the function byte by byte. */
  readonly contentType?: string;
  /** Header lines, each with its line end, after the signature's. */
  readonly extra?: string;
}

export const POST = 'POST /webhooks HTTP/1.1\r\nHost: 127.0.0.1\r\n';

export const newId = () => `msg_${randomUUID()}`;

/** The three signature headers of a body, as lines. */
export function signatureLines({ body = SYNC_COMPLETE, id = newId() }: RawWebhook = {}): string {
  const timestampSeconds = Math.floor(Date.now() / 1000);
  const signature = sign({ id, timestampSeconds, body, secret: SECRET });
  return `svix-id: ${id}\r\nsvix-timestamp: ${timestampSeconds}\r\nsvix-signature: ${signature}\r\n`;
}

/** Request line and headers of a signed webhook, with its length. */
export function head(webhook: RawWebhook = {}): string {
  const { body = SYNC_COMPLETE, contentType, extra = '' } = webhook;
  const type = contentType === undefined ? '' : `Content-Type: ${contentType}\r\n`;
  const length = `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  return `${POST}${type}${signatureLines(webhook)}${extra}${length}\r\n`;
}

/** A whole signed webhook. */
export function webhook(parts: RawWebhook = {}): Buffer {
  return Buffer.concat([Buffer.from(head(parts), 'latin1'), Buffer.from(parts.body ?? SYNC_COMPLETE)]);
}

/** A signed webhook whose body comes in chunks written by the test. */
export function chunkedHead(parts: RawWebhook = {}, encoding = 'chunked'): string {
  return `${POST}${signatureLines(parts)}${parts.extra ?? ''}Transfer-Encoding: ${encoding}\r\n\r\n`;
}

/** One chunk; `extension` is put behind its size. */
export function chunk(bytes: string | Uint8Array, extension = ''): Buffer {
  const size = Buffer.byteLength(bytes).toString(16);
  return Buffer.concat([Buffer.from(`${size}${extension}\r\n`), Buffer.from(bytes), Buffer.from('\r\n')]);
}

export const LAST_CHUNK = '0\r\n\r\n';
