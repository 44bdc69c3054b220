import { alertChannels } from '../../lambdas/alerts/channels.ts';
import { createAlertOnSyncError } from '../../lambdas/alerts/on-sync-error.ts';
import { createPowertoolsConsumer } from './powertools-processing.ts';

/** With the handlers that the real consumer has for `sync.complete`. */
export const handler = createPowertoolsConsumer(
  Object.fromEntries(
    alertChannels(process.env).map(({ suffix, send }) => [
      `alert-on-sync-error${suffix}`,
      createAlertOnSyncError(send),
    ]),
  ),
);
