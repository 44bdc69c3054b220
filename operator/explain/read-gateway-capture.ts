import * as z from 'zod/mini';
import { CommandError } from '../core/command-error.ts';
import { type Capture, collectHeaders } from './capture.ts';

const texts = z.record(z.string(), z.optional(z.nullable(z.string())));
const bodyFields = {
  headers: z.optional(z.nullable(texts)),
  body: z.optional(z.nullable(z.string())),
  isBase64Encoded: z.optional(z.nullable(z.boolean())),
};
const payload2 = z.looseObject({
  ...bodyFields,
  version: z.literal('2.0'),
  requestContext: z.optional(z.looseObject({ timeEpoch: z.optional(z.number()) })),
});
const payload1 = z.looseObject({
  ...bodyFields,
  multiValueHeaders: z.optional(z.nullable(z.record(z.string(), z.nullable(z.array(z.string()))))),
  requestContext: z.optional(z.looseObject({ requestTimeEpoch: z.optional(z.number()) })),
});

/**
 * The event that API Gateway hands to a function: payload 2.0, or 1.0 as REST APIs and load balancers send it.
 * Undefined when the JSON is no such event.
 *
 * @throws {CommandError} when it is one, with a field of another type
 */
export function readGatewayCapture(document: unknown): Capture | undefined {
  if (!looksLikeEvent(document)) return undefined;
  const second = z.safeParse(payload2, document);
  if (second.success) return capture2(second.data);
  const first = z.safeParse(payload1, document);
  if (first.success) return capture1(first.data);
  const path = first.error.issues[0]?.path.map(String).join('.') ?? '';
  throw new CommandError(`the capture is no event of API Gateway: its field ${path} has another type`);
}

function looksLikeEvent(document: unknown): document is object {
  return (
    typeof document === 'object' &&
    document !== null &&
    'body' in document &&
    ('headers' in document || 'multiValueHeaders' in document)
  );
}

function capture2(event: z.output<typeof payload2>): Capture {
  const receivedAtMs = event.requestContext?.timeEpoch;
  return {
    format: 'api-gateway-2.0',
    headers: Object.fromEntries(present(event.headers)),
    repeated: [],
    ...bodyOf(event),
    ...(receivedAtMs === undefined ? {} : { receivedAtMs }),
  };
}

function capture1(event: z.output<typeof payload1>): Capture {
  const many = Object.entries(event.multiValueHeaders ?? {}).flatMap(([name, values]) =>
    (values ?? []).map((value) => [name, value] as const),
  );
  const receivedAtMs = event.requestContext?.requestTimeEpoch;
  return {
    format: 'api-gateway-1.0',
    ...collectHeaders(many.length > 0 ? many : present(event.headers)),
    ...bodyOf(event),
    ...(receivedAtMs === undefined ? {} : { receivedAtMs }),
  };
}

function present(headers: z.output<typeof texts> | null | undefined): (readonly [string, string])[] {
  return Object.entries(headers ?? {}).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  );
}

function bodyOf(event: {
  readonly body?: string | null | undefined;
  readonly isBase64Encoded?: boolean | null | undefined;
}): Pick<Capture, 'body' | 'undecodedBody'> {
  const text = event.body ?? '';
  return event.isBase64Encoded === true
    ? { body: Buffer.from(text, 'base64'), undecodedBody: text }
    : { body: Buffer.from(text, 'utf8') };
}
