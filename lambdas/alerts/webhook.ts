import { NonRetryableError, RetryAfterError } from '../router/errors.ts';
import { chainCode } from '../runtime/error-text.ts';
import { retryAfterSeconds } from '../runtime/retry-after.ts';
import type { Notice, PublishNotice } from './message.ts';
import { createAlertSecret, type FetchSecret } from './secret.ts';
import { oneLine } from './text.ts';

/** For one request with its answer. With two reads of the secret and a second try still within the lease. */
const REQUEST_TIMEOUT_MS = 8_000;
const MAX_REASON_BYTES = 1_024;
const MAX_REASON_CHARACTERS = 200;
/** What is short is a word, not a key. */
const MIN_HIDDEN_CHARACTERS = 6;
/** Request timeout and "too early": the only 4xx but 429 that a later try may mend. */
const PASSING_REFUSALS = new Set([408, 425]);

/** A service that takes alerts as JSON over HTTPS, at an address or with a key that is secret. */
export interface WebhookService {
  readonly name: string;
  /** What the stored text stands for; or, as text, what it should have been. */
  parseSecret(text: string): WebhookTarget | string;
}

export interface WebhookTarget {
  readonly url: string;
  /** What must not be told, beside the URL. */
  readonly hidden: readonly string[];
  bodyOf(notice: Notice): object;
}

/** The service was not reached, or could not do it now. */
export class AlertDeliveryError extends Error {
  override readonly name = 'AlertDeliveryError';
  readonly code = 'alert-delivery';
  readonly retryable = true;
}

export interface WebhookPublisherOptions {
  readonly service: WebhookService;
  readonly fetchSecret: FetchSecret;
  /** Wall clock, epoch milliseconds. */
  readonly nowMs: () => number;
  /** @default 8 s */
  readonly requestTimeoutMs?: number;
}

/**
 * Posts notices. No error of it holds the URL, a key, or an error of `fetch`, whose text may hold the URL.
 *
 * @throws {NonRetryableError} when the service refuses the notice, also with the secret as it is stored now
 * @throws {RetryAfterError} when it names a time for the next try
 * @throws {AlertDeliveryError} when it cannot be reached or fails
 * @throws {AlertSecretError} when the secret holds nothing that could be used
 */
export function createWebhookPublisher(options: WebhookPublisherOptions): PublishNotice {
  const { service, fetchSecret, nowMs, requestTimeoutMs = REQUEST_TIMEOUT_MS } = options;
  const secret = createAlertSecret<WebhookTarget>({
    name: service.name,
    fetchSecret,
    parse: (text) => service.parseSecret(text),
    nowMs,
  });
  return async (notice, { signal }) => {
    const post = (to: WebhookTarget) => postTo(to, notice, service.name, { signal, requestTimeoutMs, nowMs });
    const target = await secret.current(signal);
    try {
      await post(target);
    } catch (error) {
      if (!(error instanceof NonRetryableError)) throw error;
      // Rotated: services answer a key that is no longer valid with 400 (PagerDuty), 401, 403, 404 or 410.
      const replacement = await secret.reread(target, signal);
      if (replacement === undefined || replacement === target) throw error;
      await post(replacement);
    }
  };
}

interface PostOptions {
  readonly signal: AbortSignal;
  readonly requestTimeoutMs: number;
  readonly nowMs: () => number;
}

async function postTo(
  target: WebhookTarget,
  notice: Notice,
  name: string,
  { signal, requestTimeoutMs, nowMs }: PostOptions,
): Promise<void> {
  const timeout = AbortSignal.timeout(requestTimeoutMs);
  const ended = AbortSignal.any([signal, timeout]);
  let response: Response;
  let reason = '';
  try {
    response = await fetch(target.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(target.bodyOf(notice)),
      // A redirect would hand the alert to somebody who is not configured.
      redirect: 'manual',
      signal: ended,
    });
    if (!response.ok) reason = await readReason(response, target);
  } catch (error) {
    signal.throwIfAborted();
    throw new AlertDeliveryError(
      timeout.aborted
        ? `${name} did not answer within ${requestTimeoutMs / 1000} s`
        : `${name} could not be reached: ${chainCode(error) ?? 'the connection failed'}`,
    );
  }
  if (!response.ok) throw refusal(response, name, reason, nowMs());
  // Taken, whatever becomes of the rest of the answer.
  await response.body?.cancel().catch(() => {});
}

function refusal({ status, headers }: Response, name: string, reason: string, nowMs: number): Error {
  const message = `${name} answered ${status}${reason === '' ? '' : `: ${reason}`}`;
  if (status === 429 || status === 503) {
    const seconds = retryAfterSeconds(headers.get('retry-after'), nowMs);
    return seconds === undefined ? new AlertDeliveryError(message) : new RetryAfterError(seconds, message);
  }
  return status >= 500 || PASSING_REFUSALS.has(status)
    ? new AlertDeliveryError(message)
    : new NonRetryableError(message, { code: 'alert-refused' });
}

/** The start of the answer on one line, without what is secret of the request. */
async function readReason({ body }: Response, { url, hidden }: WebhookTarget): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= MAX_REASON_BYTES) break;
  }
  const { pathname, search } = new URL(url);
  // Longest first: a part must not break up the whole before that is found.
  const secrets = [url, `${pathname}${search}`, ...hidden, ...`${pathname}${search}`.split(/[/?&=]/)]
    .filter((part) => part.length >= MIN_HIDDEN_CHARACTERS)
    .sort((one, other) => other.length - one.length);
  const told = secrets.reduce((kept, part) => kept.replaceAll(part, '***'), text);
  return oneLine(told, MAX_REASON_CHARACTERS);
}
