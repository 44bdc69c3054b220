/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import type { Selection } from '../../dead-letters/selection.ts';
import { selectionQuery } from '../data/selection-query.ts';
import type { PageContext } from './page-context.ts';

export interface ActionsProps {
  readonly page: PageContext;
  readonly selection: Selection;
  /** `all`, `this group`, `these`, `this event`. */
  readonly what: string;
}

/** The ways on from a choice of letters. Each leads to a page that shows what would happen; nothing happens here. */
export function Actions({ page, selection, what }: ActionsProps) {
  const query = selectionQuery(selection);
  if (!page.write) {
    return (
      <p class="actions">
        <a class="button" href={`${page.base}/redrive${query}`}>
          What would a redrive of {what} do?
        </a>
      </p>
    );
  }
  return (
    <p class="actions">
      <a class="button primary" href={`${page.base}/redrive${query}`}>
        Redrive {what} …
      </a>
      <a class="button danger" href={`${page.base}/delete${query}`}>
        Delete {what} …
      </a>
    </p>
  );
}
