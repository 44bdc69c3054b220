import { samples } from '../../lambdas/events/samples.ts';
import type { Handler } from '../../lambdas/router/handler.ts';
import { EventRouter } from '../../lambdas/router/index.ts';

export const SYNC_COMPLETE = JSON.stringify(samples['sync.complete']);

export interface Spy {
  readonly handler: Handler<unknown>;
  readonly attempts: number[];
}

/** A handler that notes its attempts and then does what `behaviour` says of the n-th run (1-based). */
export function spy(behaviour: (run: number, signal: AbortSignal) => Promise<void> | void = () => {}): Spy {
  const attempts: number[] = [];
  return {
    attempts,
    handler: async ({ attempt, signal }) => {
      attempts.push(attempt);
      await behaviour(attempts.length, signal);
    },
  };
}

/** Routes of `sync.complete` with these handlers, by name. */
export function routesOf(handlers: Readonly<Record<string, Spy>>): EventRouter {
  const router = new EventRouter();
  for (const [name, { handler }] of Object.entries(handlers)) router.on('sync.complete', name, handler);
  return router;
}

/** Fails with `error` on the first `times` runs. */
export function failing(times: number, error: () => Error): Spy {
  return spy((run) => {
    if (run <= times) throw error();
  });
}
