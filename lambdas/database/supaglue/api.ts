import { ConsumerEnvironment } from '../../contract/environment.ts';
import { NonRetryableError } from '../../router/index.ts';
import { createCachedSecret } from '../../runtime/cached-secret.ts';
import type { Environment } from '../../runtime/environment.ts';
import { readStoredText } from '../../runtime/secret-text.ts';

/**
 * Supaglue's management API. Its `triggerSync` takes the customer and the provider as headers.
 * https://github.com/supaglue-labs/supaglue/blob/main/openapi/v2/mgmt/paths/syncs@_trigger.yaml
 */
const TRIGGER_SYNC_URL = 'https://api.supaglue.io/mgmt/v2/syncs/_trigger';
const API_KEY_HEADER = 'x-api-key';

/** On one request; the handler's `signal` may end it sooner. */
const REQUEST_TIMEOUT_MS = 8_000;

/** Answers that the same request gets again: it is malformed, or Supaglue knows no such sync. */
const REFUSED = new Set([400, 404, 422, 501]);

export interface FullSyncRequest {
  readonly customerId: string;
  readonly providerName: string;
  readonly objectType: string;
  /** As the event names it: Supaglue tells upper from lower case. */
  readonly object: string;
  readonly signal: AbortSignal;
}

/**
 * Asks Supaglue to sync an object from its first row on.
 *
 * @throws {NonRetryableError} with code `supaglue-refused`, when Supaglue will not take the request
 * @throws {Error} when it cannot be reached, is too busy, or refuses the key: a retry may find that mended
 */
export type RequestFullSync = (request: FullSyncRequest) => Promise<void>;

/** @returns `undefined` when no API key is configured */
export function fullSyncOf(environment: Environment): RequestFullSync | undefined {
  const secretId = environment[ConsumerEnvironment.SUPAGLUE_API_KEY_SECRET_ID] ?? '';
  return secretId === '' ? undefined : createRequestFullSync({ readApiKey: () => readStoredText(secretId) });
}

/** @param options.url - of a Supaglue of your own */
export function createRequestFullSync({
  readApiKey,
  url = TRIGGER_SYNC_URL,
  nowMs = Date.now,
}: {
  readonly readApiKey: () => Promise<string | undefined>;
  readonly url?: string;
  /** Wall clock, epoch milliseconds. */
  readonly nowMs?: () => number;
}): RequestFullSync {
  const cached = createCachedSecret({
    async read() {
      const apiKey = await readApiKey();
      if (apiKey === undefined) throw new Error("the secret for Supaglue's API key holds no value yet");
      return apiKey;
    },
    nowMs,
  });
  return async ({ customerId, providerName, objectType, object, signal }) => {
    const apiKey = await cached.current(signal);
    const { status } = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        [API_KEY_HEADER]: apiKey,
        'x-customer-id': customerId,
        'x-provider-name': providerName,
      },
      body: JSON.stringify({ object_type: objectType, object, perform_full_refresh: true }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
      redirect: 'error',
    });
    if (status >= 200 && status < 300) return;
    // Revoked, perhaps replaced: the next attempt reads it again.
    if (status === 401 || status === 403) cached.forget();
    // The body may repeat the request: it stays out of logs and dead letters.
    const message = `Supaglue answered ${status} to the request for a full sync`;
    if (REFUSED.has(status)) throw new NonRetryableError(message, { code: 'supaglue-refused' });
    throw new Error(message);
  };
}
