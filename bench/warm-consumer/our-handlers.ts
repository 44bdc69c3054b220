import { EventRouter } from '../../lambdas/router/event-router.ts';
import { lightHandlers } from './light-handlers.ts';

/** Stands where the user's handlers are, in a copy of the sources. */
export const handlers = new EventRouter();
for (const [name, handle] of Object.entries(lightHandlers)) handlers.on('sync.complete', name, handle);
