import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { CommandError, UsageError } from '../../core/command-error.ts';
import { toCommandError } from '../../core/error-line.ts';
import { assetRoutes } from './assets.ts';
import { changeRoutes } from './change-routes.ts';
import { editRoutes } from './edit-routes.ts';
import { eventRoutes } from './event-routes.ts';
import { requireOrigin, requireSession, securityHeaders } from './guard.ts';
import type { InspectorState } from './inspector-state.ts';
import { readRoutes } from './read-routes.ts';
import { isPoll, Responder } from './respond.tsx';
import { basePath, type Session } from './session.ts';

/** Forms hold a selection and a token. */
const MAX_BODY_BYTES = 16 * 1024;
/** A payload of 1 MiB, each byte as three characters. */
const MAX_PAYLOAD_FORM_BYTES = 4 * 1024 * 1024;

export interface AppOptions {
  readonly state: InspectorState;
  readonly session: Session;
  /** Gets an error of the inspector's own, which no page shows. */
  readonly onFault: (error: unknown) => void;
}

/** The inspector as an application that answers requests. */
export function createApp({ state, session, onFault }: AppOptions): Hono {
  const responder = new Responder(state, session);
  // The overview's address may lack its last slash.
  const app = new Hono({ strict: false });
  app.use(securityHeaders());
  app.use(requireSession(session));
  app.use(requireOrigin());
  const limit = (maxSize: number) =>
    bodyLimit({ maxSize, onError: (c) => c.text('The form is too large.', 413) });
  const [small, withPayload] = [limit(MAX_BODY_BYTES), limit(MAX_PAYLOAD_FORM_BYTES)];
  app.use((c, next) => (c.req.path.endsWith('/edit') ? withPayload : small)(c, next));
  const base = basePath(session);
  app.route(base, assetRoutes());
  app.route(base, readRoutes(state, responder));
  app.route(base, changeRoutes(state, responder));
  app.route(base, eventRoutes(state, responder));
  app.route(base, editRoutes(state, responder));

  const say = (c: Context, title: string, text: string, status: 400 | 404 | 500 | 503) => {
    if (isPoll(c)) return c.text(text, status);
    return responder.say(c, title, text, status);
  };
  app.notFound((c) => say(c, 'Not found', 'There is no such page.', 404));
  app.onError((error, c) => {
    if (error instanceof UsageError) return say(c, 'Not understood', error.message, 400);
    if (isFault(error)) {
      onFault(error);
      return say(c, 'A fault', 'The inspector itself has failed; the terminal tells more.', 500);
    }
    return say(c, 'No answer', toCommandError(error, { target: state.target.kind }).message, 503);
  });
  return app;
}

/** Whether the inspector is wrong, and not what it talks to: only the latter's words are for a page. */
function isFault(error: unknown): boolean {
  if (error instanceof CommandError) return false;
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
}
