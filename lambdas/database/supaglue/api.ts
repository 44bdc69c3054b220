import { ConsumerEnvironment } from '../../contract/environment.ts';
import { NonRetryableError, RetryAfterError } from '../../router/errors.ts';
import { createCachedSecret } from '../../runtime/cached-secret.ts';
import { type Environment, requireText } from '../../runtime/environment.ts';
import { retryAfterSeconds } from '../../runtime/retry-after.ts';
import { readStoredText } from '../../runtime/secret-text.ts';

/** Codes of the errors that nothing but a person mends. */
export const SUPAGLUE_REFUSED = 'supaglue-refused';
export const SUPAGLUE_KEY_REFUSED = 'supaglue-key-refused';
const DEFAULT_RETRY_AFTER_SECONDS = 10;

const API_KEY_HEADER = 'x-api-key';

/** On one request; the handler's `signal` may end it sooner. */
const REQUEST_TIMEOUT_MS = 8_000;

/** Answers that the same request gets again: it is malformed, or Supaglue knows nothing of the kind. */
const REFUSED = new Set([400, 404, 422, 501]);

/** Whose connection a call is about; calls on all of an application name none. */
export interface ConnectionOf {
  readonly customerId: string;
  readonly providerName: string;
}

export interface SupaglueRequest {
  /** For errors: `the request for a full sync`. */
  readonly what: string;
  readonly path: string;
  readonly of?: ConnectionOf;
  /** Sent as JSON, with POST. */
  readonly body?: unknown;
  readonly signal: AbortSignal;
}

/**
 * Supaglue's management API (openapi/v2/mgmt).
 *
 * @returns what it answers, parsed
 * @throws {NonRetryableError} with code `supaglue-refused`, when Supaglue will not take the request
 * @throws {RetryAfterError} when it is too busy
 * @throws {Error} when it cannot be reached or refuses the key: a retry may find that mended
 */
export type SupaglueApi = (request: SupaglueRequest) => Promise<unknown>;

/** @returns `undefined` when no API key is configured */
export function supaglueApiOf(environment: Environment): SupaglueApi | undefined {
  const secretId = environment[ConsumerEnvironment.SUPAGLUE_API_KEY_SECRET_ID] ?? '';
  if (secretId === '') return undefined;
  return createSupaglueApi({
    readApiKey: () => readStoredText(secretId),
    url: requireText(environment, ConsumerEnvironment.SUPAGLUE_API_URL),
  });
}

/** @param options.url - with the version: `https://api.supaglue.io/mgmt/v2` */
export function createSupaglueApi({
  readApiKey,
  url,
  nowMs = Date.now,
}: {
  readonly readApiKey: () => Promise<string | undefined>;
  readonly url: string;
  /** Wall clock, epoch milliseconds. */
  readonly nowMs?: () => number;
}): SupaglueApi {
  const cached = createCachedSecret({
    async read() {
      const apiKey = await readApiKey();
      if (apiKey === undefined) throw new Error("the secret for Supaglue's API key holds no value yet");
      return apiKey;
    },
    nowMs,
  });
  return async ({ what, path, of, body, signal }) => {
    const apiKey = await cached.current(signal);
    const response = await fetch(`${url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        'content-type': 'application/json',
        [API_KEY_HEADER]: apiKey,
        ...(of === undefined ? {} : { 'x-customer-id': of.customerId, 'x-provider-name': of.providerName }),
      },
      // `undefined` stays it: there is no body.
      body: JSON.stringify(body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
      redirect: 'error',
    });
    const { status } = response;
    if (response.ok) return response.json().catch(() => undefined);
    // The body may repeat the request: it stays out of logs and dead letters.
    const message = `Supaglue answered ${status} to ${what}`;
    if (REFUSED.has(status)) throw new NonRetryableError(message, { code: SUPAGLUE_REFUSED });
    if (status === 429) {
      const seconds = retryAfterSeconds(response.headers.get('retry-after'), nowMs());
      throw new RetryAfterError(seconds ?? DEFAULT_RETRY_AFTER_SECONDS, message);
    }
    if (status !== 401 && status !== 403) throw new Error(message);
    // Revoked, perhaps replaced: the next attempt reads it again.
    cached.forget();
    throw Object.assign(new Error(message), { code: SUPAGLUE_KEY_REFUSED });
  };
}
