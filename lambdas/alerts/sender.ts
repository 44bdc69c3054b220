import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { NotYetError } from '../router/errors.ts';
import { errorText } from '../runtime/error-text.ts';
import type { Alert, PublishNotice, SendAlert } from './message.ts';
import type { AlertWindow } from './window.ts';

/** Between looks at another event's outcome: a publish that succeeds takes less than these together. */
const WAITS_MS = [100, 200, 400, 800];
/** Then the event comes back, as often as a lease of one that died may need. */
const COME_BACK_SECONDS = 5;

export interface AlertSenderOptions {
  /** Stable: a part of what the window is kept by. */
  readonly channel: string;
  readonly publish: PublishNotice;
  /** Absent: every alert is sent. */
  readonly window?: AlertWindow | undefined;
  /** Resolves after `ms`, rejects when `signal` aborts. Default: a timer. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/**
 * Claim, publish, confirm: an alert is kept back only for one that a channel has taken, so a failing publish
 * swallows none. An attempt that dies between publish and confirm is repeated, and people are told twice.
 *
 * Whoever finds another event at it waits for its outcome: a moment here, then by coming back, which is no failure.
 */
export function createAlertSender(options: AlertSenderOptions): SendAlert {
  const { channel, publish, window, sleep = (ms, signal) => delay(ms, undefined, { signal }) } = options;
  return async (alert, { signal, logger }) => {
    const key = alertKey(channel, alert);
    const about = { alert: alert.kind, channel };
    if (window === undefined) {
      await publish({ alert, key, suppressed: 0 }, { signal });
      logger.info('alert sent', about);
      return;
    }
    let claim = await window.claim(key, alert.eventId, signal);
    for (const waitMs of WAITS_MS) {
      if (claim.outcome !== 'busy') break;
      await sleep(waitMs, signal);
      claim = await window.claim(key, alert.eventId, signal);
    }
    if (claim.outcome === 'sent') {
      logger.info('alert already sent', about);
      return;
    }
    if (claim.outcome === 'quiet') {
      await window.countSuppressed(key, alert.eventId, signal);
      logger.info('alert suppressed', { ...about, until: new Date(claim.untilMs).toISOString() });
      return;
    }
    if (claim.outcome === 'busy') {
      throw new NotYetError(COME_BACK_SECONDS, `another event is sending the same alert to ${channel}`);
    }
    try {
      await publish({ alert, key, suppressed: claim.suppressed }, { signal });
    } catch (error) {
      // Best effort, and after the time is up not even that: the lease ends by itself.
      await window.release(key, alert.eventId, signal).catch(() => undefined);
      throw error;
    }
    logger.info('alert sent', { ...about, suppressed_before: claim.suppressed });
    try {
      await window.confirm(key, alert.eventId, claim.suppressed, signal);
    } catch (error) {
      // To fail here would send the alert again for certain; without the window only the next event may do so.
      logger.warn('the alert is sent, but its window could not be opened', { cause: errorText(error) });
    }
  };
}

/** JSON keeps the parts apart: no two lists of texts give the same. */
function alertKey(channel: string, { kind, about }: Alert): string {
  return createHash('sha256')
    .update(JSON.stringify([channel, kind, ...about]))
    .digest('base64url');
}
