import { addAlerts, createConsumerHandler, EventRouter } from '../../lambdas/handlers.ts';

// The demo's own: it shows what becomes of events, and must not call what yours call.
export const handler = createConsumerHandler(addAlerts(new EventRouter()));
