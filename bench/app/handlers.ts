import {
  addAlerts,
  addDatabaseUseCases,
  createConsumerHandler,
  EventRouter,
} from '../../lambdas/handlers.ts';

/** What a new project starts with: alerts, and the use cases on a database when there is one. */
export const router = new EventRouter();
addAlerts(router);
// Never loaded here: no subject of the benchmarks has a database.
addDatabaseUseCases(router, async () => ({
  transforms: { schema: '', objects: [], entities: { target: '', sql: '' } },
}));

export const handler = createConsumerHandler(router);
