/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import type { Child } from 'hono/jsx';
import type { View } from './layout.tsx';
import type { PageContext } from './page-context.ts';

export interface MessageProps {
  readonly page: PageContext;
  readonly title: string;
  readonly text: Child;
  readonly status: NonNullable<View['status']>;
}

/** A page that only says something: not found, refused, failed. */
export function messageView({ page, title, text, status }: MessageProps): View {
  return {
    title,
    status,
    polls: false,
    live: (
      <>
        <div class="page-head">
          <h1>{title}</h1>
        </div>
        <p>{text}</p>
        <p class="actions">
          <a class="button" href={`${page.base}/`}>
            To the overview
          </a>
        </p>
      </>
    ),
  };
}
