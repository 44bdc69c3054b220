import { setMaxListeners } from 'node:events';
import { getRequestListener } from '@hono/node-server';
import { listenOnLoopback } from '../../local/loopback-server.ts';
import type { Target } from '../core/target.ts';
import { type HandlersOf, registeredHandlers } from '../dead-letters/registered-handlers.ts';
import { createApp } from './server/app.ts';
import { createInspectorState } from './server/inspector-state.ts';
import { basePath, newSession } from './server/session.ts';

export interface InspectorOptions {
  readonly target: Target;
  /** Whether it may redrive and delete. */
  readonly write: boolean;
  /** Default 0, any free one. */
  readonly port?: number;
  readonly nowMs?: () => number;
  /** The handlers that a redrive would run. Default: what the target tells. */
  readonly loadHandlers?: () => Promise<HandlersOf>;
  /** Gets an error of the inspector's own, which no page shows. */
  readonly onFault: (error: unknown) => void;
}

export interface Inspector {
  /** Address of the overview. It holds the session's token: whoever has it may read. */
  readonly url: string;
  /** Stops a change under way (what was begun is finished), puts looked-at letters back and frees the port. */
  close(): Promise<void>;
}

/** No page takes longer, and nobody sends one slowly for a good reason. */
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * Serves the inspector of a target on loopback. The target stays open when it closes.
 *
 * @throws {Error} with `code` EADDRINUSE when the port is taken
 */
export async function serveInspector(options: InspectorOptions): Promise<Inspector> {
  const { target, write, port = 0, nowMs = Date.now, onFault } = options;
  const closing = new AbortController();
  // Every call under way listens to it; Node takes more than ten for a leak.
  setMaxListeners(0, closing.signal);
  const { loadHandlers = () => registeredHandlers(target, closing.signal) } = options;
  const state = createInspectorState({ target, write, nowMs, loadHandlers, signal: closing.signal });
  const session = newSession();
  const app = createApp({ state, session, onFault });
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const server = await listenOnLoopback(listener, port, {
    callers: 'own-pages',
    requestTimeout: REQUEST_TIMEOUT_MS,
  });
  return {
    url: `${server.url}${basePath(session)}/`,
    async close() {
      closing.abort();
      await Promise.all([state.changes.ended(), state.snapshot.settled()]);
      await server.close();
    },
  };
}
