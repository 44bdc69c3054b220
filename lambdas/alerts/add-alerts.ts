import type { EventRouter } from '../router/event-router.ts';
import type { EventMap } from '../router/index.ts';
import type { Environment } from '../runtime/environment.ts';
import { alertChannels } from './channels.ts';
import { createAlertOnSyncError } from './on-sync-error.ts';
import { createAlertOnSyncPaused } from './on-sync-paused.ts';

/**
 * Tells people of failed and of paused syncs: by the stack's alert topic, and by PagerDuty and Slack where the stack
 * is given their secrets. Each channel is a handler of its own (`alert-on-sync-error`, `alert-on-sync-error-slack`, …).
 *
 * @param environment - @default the function's own, which says what is configured
 */
export function addAlerts<Events extends EventMap>(
  router: EventRouter<Events>,
  environment: Environment = process.env,
): EventRouter<Events> {
  // The types of Supaglue's events are the same in every router; only what is defined beside them differs.
  const supaglue = router as unknown as EventRouter;
  for (const { suffix, send } of alertChannels(environment)) {
    supaglue
      .on('sync.complete', `alert-on-sync-error${suffix}`, createAlertOnSyncError(send))
      .on('sync.paused', `alert-on-sync-paused${suffix}`, createAlertOnSyncPaused(send));
  }
  return router;
}
