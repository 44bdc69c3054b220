/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import type { Child } from 'hono/jsx';
import { Badge } from './elements.tsx';
import type { PageContext } from './page-context.ts';

export interface View {
  readonly title: string;
  /** Which entry of the navigation it belongs to. */
  readonly section?: 'overview' | 'events' | 'letters';
  /** Stands still: filters that somebody types into. */
  readonly fixed?: Child;
  /** Brought up to date while the page is open. */
  readonly live: Child;
  /** Default: the page's rhythm; false: it never changes by itself. */
  readonly polls?: false | { readonly everyMs: number };
  /**
   * Without JavaScript the page loads again after so many seconds: what it waits for is not there yet. In the
   * head of the whole page alone, since a browser obeys such an element that is put into an open page too.
   */
  readonly reloadSeconds?: number;
  /** Default 200. */
  readonly status?: 200 | 400 | 403 | 404 | 409 | 422 | 500 | 503;
}

/**
 * htmx adds a style sheet of its own and keeps pages for the back button, unless it is told not to: the content
 * security policy refuses the one, and customers' data belongs into no store. Open details stay open in a morph.
 */
const HTMX_CONFIG = JSON.stringify({
  includeIndicatorCSS: false,
  history: false,
  defaultTimeout: 20_000,
  morphIgnore: ['data-htmx-powered', 'open'],
  noSwap: [204, 304, '4xx', '5xx'],
});

export function Layout({ page, view }: { readonly page: PageContext; readonly view: View }) {
  const { base } = page;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="htmx-config" content={HTMX_CONFIG} />
        <title>{titleText(page, view)}</title>
        <link rel="icon" type="image/svg+xml" href={`${base}/assets/icon.svg`} />
        <link rel="stylesheet" href={`${base}/assets/inspector.css`} />
        {view.reloadSeconds !== undefined && (
          <noscript>
            <meta http-equiv="refresh" content={String(view.reloadSeconds)} />
          </noscript>
        )}
        <script src={`${base}/assets/htmx.min.js`} defer />
        <script src={`${base}/assets/inspector.js`} defer />
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <Header page={page} view={view} />
        <main id="main" tabindex={-1}>
          {view.fixed}
          <LiveRegion page={page} view={view} />
        </main>
      </body>
    </html>
  );
}

export function titleText({ target }: PageContext, { title }: View): string {
  return `${title} · ${target.name} · Webhook inspector`;
}

function LiveRegion({ page, view }: { readonly page: PageContext; readonly view: View }) {
  if (view.polls === false)
    return (
      <div id="live" class="live-region">
        {view.live}
      </div>
    );
  return (
    <div
      id="live"
      class="live-region"
      data-poll-ms={String(view.polls?.everyMs ?? page.pollMs)}
      hx-get={`${page.base}${page.path}`}
      hx-trigger="inspector-poll from:body"
      hx-swap="innerMorph"
      hx-sync="drop"
    >
      {view.live}
    </div>
  );
}

function Header({ page, view }: { readonly page: PageContext; readonly view: View }) {
  const { base, target, write } = page;
  const current = (section: View['section']) =>
    view.section === section ? { 'aria-current': 'page' as const } : {};
  return (
    <header class="top">
      <div class="top-row">
        <a class="brand" href={`${base}/`}>
          Webhook inspector
        </a>
        <span class="target">
          <span class="unseen">Target: </span>
          {target.kind === 'local' ? 'local run' : target.name}
        </span>
        {write ? <Badge tone="warn">Can change</Badge> : <Badge tone="plain">Read-only</Badge>}
        <span id="connection" class="connection" role="status" aria-live="off">
          <noscript>Reload to update</noscript>
        </span>
      </div>
      <div class="top-row">
        <nav aria-label="Pages">
          <a href={`${base}/`} {...current('overview')}>
            Overview
          </a>
          <a href={`${base}/events`} {...current('events')}>
            Events
          </a>
          <a href={`${base}/letters`} {...current('letters')}>
            Dead letters
          </a>
        </nav>
        <search>
          <form class="search" action={`${base}/find`} method="get">
            <label class="unseen" for="find">
              Event id
            </label>
            <input
              id="find"
              name="id"
              type="search"
              placeholder="Find an event: msg_…"
              maxlength={128}
              autocomplete="off"
              spellcheck={false}
              required
            />
            <button type="submit" class="quiet">
              Find
            </button>
          </form>
        </search>
      </div>
    </header>
  );
}
