import { addAlerts, createConsumerHandler, EventRouter, openAi } from '../../lambdas/handlers.ts';
import { OTHER_SENDER } from './scenario.ts';

// The demo's own: it shows what becomes of events, and must not call what yours call.
const router = addAlerts(new EventRouter());
router.from(OTHER_SENDER, openAi).on('response.completed', 'keep-response', ({ event, note }) => {
  note(`response ${event.data.id}`);
});

export const handler = createConsumerHandler(router);
