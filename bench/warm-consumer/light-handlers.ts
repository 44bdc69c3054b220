import type { SyncComplete } from '../../lambdas/events/sync.ts';
import type { Handler } from '../../lambdas/router/handler.ts';

let runs = 0;

/** How often a handler has run in this process. */
export const handlerRuns = () => runs;

const count: Handler<SyncComplete> = () => {
  runs += 1;
};

/** `HANDLER_COUNT` handlers that do nothing but count: what is measured is the machinery around them. */
export const lightHandlers: Readonly<Record<string, Handler<SyncComplete>>> = Object.fromEntries(
  Array.from({ length: Number(process.env['HANDLER_COUNT']) }, (_, index) => [`light-${index + 1}`, count]),
);
