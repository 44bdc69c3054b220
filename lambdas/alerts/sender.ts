import { createHash } from 'node:crypto';
import { RetryAfterError } from '../router/errors.ts';
import type { Alert, PublishNotice, SendAlert } from './message.ts';
import type { AlertWindow } from './window.ts';

/** From here on the consumer's growing delay: waits as short as a lease would spend the budget of an outage. */
const LAST_ATTEMPT_WITH_SHORT_WAIT = 3;

export interface AlertSenderOptions {
  /** Stable: a part of what the window is kept by. */
  readonly channel: string;
  readonly publish: PublishNotice;
  /** Absent: every alert is sent. */
  readonly window?: AlertWindow | undefined;
  /** Wall clock, epoch milliseconds. */
  readonly nowMs: () => number;
}

/**
 * Claim, publish, confirm: an alert is kept back only for one that a channel has taken, so a failing publish
 * swallows none. An attempt that dies between publish and confirm is repeated, and people are told twice.
 */
export function createAlertSender({ channel, publish, window, nowMs }: AlertSenderOptions): SendAlert {
  return async (alert, { signal, logger, attempt }) => {
    const key = alertKey(channel, alert);
    const about = { alert: alert.kind, channel };
    if (window === undefined) {
      await publish({ alert, key, suppressed: 0 }, { signal });
      logger.info('alert sent', about);
      return;
    }
    const claim = await window.claim(key, alert.eventId, signal);
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
      const message = `another event is sending the same alert to ${channel}`;
      if (attempt > LAST_ATTEMPT_WITH_SHORT_WAIT) throw new Error(message);
      throw new RetryAfterError(Math.max(1, Math.ceil((claim.untilMs - nowMs()) / 1000)), message);
    }
    await publish({ alert, key, suppressed: claim.suppressed }, { signal });
    logger.info('alert sent', { ...about, suppressed_before: claim.suppressed });
    try {
      await window.confirm(key, alert.eventId, claim.suppressed, signal);
    } catch (error) {
      // To fail here would send the alert again for certain; without the window only the next event may do so.
      logger.warn('the alert is sent, but its window could not be opened', { cause: String(error) });
    }
  };
}

/** JSON keeps the parts apart: no two lists of texts give the same. */
function alertKey(channel: string, { kind, about }: Alert): string {
  return createHash('sha256')
    .update(JSON.stringify([channel, kind, ...about]))
    .digest('base64url');
}
