/** A request as it was captured where it failed. */
export interface Capture {
  readonly format: 'http' | 'api-gateway-1.0' | 'api-gateway-2.0' | 'flags';
  /**
   * As the function gets them: names in lower case, values of one name joined with commas. Of a payload 2.0
   * the names are as they stand there, since the function relies on their case.
   */
  readonly headers: Readonly<Record<string, string>>;
  /** Names (lower case) that came more than once. */
  readonly repeated: readonly string[];
  /** The bytes that the function would verify. */
  readonly body: Buffer;
  /** Of an API Gateway event that says `isBase64Encoded`: its body's text, in case that is not so. */
  readonly undecodedBody?: string;
  /** When API Gateway received it, epoch milliseconds. */
  readonly receivedAtMs?: number;
}

/** Collects headers in the order in which they came. */
export function collectHeaders(
  entries: Iterable<readonly [name: string, value: string]>,
): Pick<Capture, 'headers' | 'repeated'> {
  const values = new Map<string, string[]>();
  for (const [name, value] of entries) {
    const key = name.toLowerCase();
    values.set(key, [...(values.get(key) ?? []), value]);
  }
  return {
    headers: Object.fromEntries([...values].map(([name, all]) => [name, all.join(',')])),
    repeated: [...values].filter(([, all]) => all.length > 1).map(([name]) => name),
  };
}
