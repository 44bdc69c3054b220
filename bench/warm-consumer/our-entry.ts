/** The real consumer's entry, with a look at its handlers' counter. */
export { handler } from '../../lambdas/consumer/handler.ts';
export { handlerRuns } from './light-handlers.ts';
