/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import type { Context } from 'hono';
import { html } from 'hono/html';
import { Layout, titleText, type View } from '../pages/layout.tsx';
import { messageView } from '../pages/message.tsx';
import type { PageContext } from '../pages/page-context.ts';
import { readForm } from './form.ts';
import type { InspectorState } from './inspector-state.ts';
import { basePath, type Session } from './session.ts';

/** Makes pages of one inspector's requests. */
export class Responder {
  readonly base: string;
  readonly #state: InspectorState;
  readonly #session: Session;

  constructor(state: InspectorState, session: Session) {
    this.base = basePath(session);
    this.#state = state;
    this.#session = session;
  }

  page(c: Context): PageContext {
    const { pathname, search } = new URL(c.req.url);
    return {
      base: this.base,
      path: `${pathname.slice(this.base.length)}${search}`,
      target: this.#state.target,
      write: this.#state.write,
      formToken: this.#session.formToken,
      nowMs: this.#state.nowMs(),
      pollMs: this.#state.rhythm.pollMs,
    };
  }

  /** A page that only says something. */
  say(c: Context, title: string, text: string, status: NonNullable<View['status']>): Promise<Response> {
    const page = this.page(c);
    return this.send(c, page, messageView({ page, title, text, status }));
  }

  /** A posted form, or the answer to one that is not of this session. */
  async form(c: Context): Promise<URLSearchParams | Response> {
    return (await readForm(c, this.#session)) ?? this.refuse(c, 'token');
  }

  /** The same of a form that changes something: an inspector that is read-only takes none. */
  async changingForm(c: Context): Promise<URLSearchParams | Response> {
    const form = await this.form(c);
    return form instanceof Response || this.#state.write ? form : this.refuse(c, 'read-only');
  }

  /** The answer to a form that may not be. */
  refuse(c: Context, why: 'token' | 'read-only'): Promise<Response> {
    return why === 'token'
      ? this.say(c, 'Refused', 'The form is not of this session: load its page again.', 403)
      : this.say(
          c,
          'Read-only',
          'Nothing was changed: this inspector is read-only. Start it with --write to change things.',
          403,
        );
  }

  /** The whole page; for a poll of an open one, what may have changed in it. */
  async send(c: Context, page: PageContext, view: View): Promise<Response> {
    const status = view.status ?? 200;
    if (!isPoll(c)) return c.html(await html`<!doctype html>${<Layout page={page} view={view} />}`, status);
    // What will not change any more is not asked for again.
    if (view.polls === false) c.header('hx-trigger', 'inspector-done');
    return c.html(
      <>
        <title>{titleText(page, view)}</title>
        {view.live}
      </>,
      // An event that is not found yet is no failed poll.
      200,
    );
  }
}

/** Whether the request comes from a script in an open page. */
export function isPoll(c: Context): boolean {
  return c.req.header('hx-request') === 'true';
}
