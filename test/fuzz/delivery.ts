import type { FuzzCase } from './fuzz-case.ts';

/** What API Gateway makes of a request (payload format 2.0), before anybody verifies it. */
export interface Delivery {
  /** Names in lower case, repeated ones joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** The same with the first spelling of each name, for those who read other gateways' headers. */
  readonly spelledHeaders: Readonly<Record<string, string>>;
  /** The bytes as they can be known behind the gateway: text has been decoded and is encoded again. */
  readonly body: Buffer;
  readonly isBase64Encoded: boolean;
}

export function deliver({ headers, body, transport }: FuzzCase): Delivery {
  const joined = new Map<string, { readonly name: string; readonly value: string }>();
  for (const { name, value } of headers) {
    const earlier = joined.get(name.toLowerCase());
    joined.set(
      name.toLowerCase(),
      earlier === undefined ? { name, value } : { name: earlier.name, value: `${earlier.value},${value}` },
    );
  }
  return {
    headers: Object.fromEntries([...joined].map(([key, { value }]) => [key, value])),
    spelledHeaders: Object.fromEntries([...joined.values()].map(({ name, value }) => [name, value])),
    body: transport === 'base64' ? body : Buffer.from(body.toString('utf8')),
    isBase64Encoded: transport === 'base64',
  };
}
