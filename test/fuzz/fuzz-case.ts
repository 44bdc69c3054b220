import { createHmac } from 'node:crypto';

export interface Header {
  readonly name: string;
  readonly value: string;
}

/** A request as it reaches API Gateway, with the two things that the verifier knows beside it. */
export interface FuzzCase {
  /** In any spelling; a name may repeat. */
  readonly headers: readonly Header[];
  readonly body: Buffer;
  /** How API Gateway hands the body over. As text, bytes that are not UTF-8 are replaced on the way. */
  readonly transport: 'text' | 'base64';
  /** The value in Secrets Manager. */
  readonly storedSecret: string;
  /** The verifier's clock, epoch milliseconds. */
  readonly nowMs: number;
}

export interface Content {
  id: string;
  timestamp: string;
  body: Buffer;
}

/** Base64 of the signature over `{id}.{timestamp}.{body}`: written again, to check production code with. */
export function macOf(key: Uint8Array, { id, timestamp, body }: Readonly<Content>): string {
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
  return createHmac('sha256', key).update(signed).digest('base64');
}
