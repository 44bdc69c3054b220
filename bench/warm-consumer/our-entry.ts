import { createConsumerHandler, EventRouter } from '../../lambdas/handlers.ts';
import { lightHandlers } from './light-handlers.ts';

/** The real consumer, with handlers that do nothing and a look at their counter. */
const router = new EventRouter();
for (const [name, handle] of Object.entries(lightHandlers)) router.on('sync.complete', name, handle);

export const handler = createConsumerHandler(router);
export { handlerRuns } from './light-handlers.ts';
