import type { Target } from '../../core/target.ts';

/** What every page is rendered with. */
export interface PageContext {
  /** Path that every address of this inspector begins with: it carries the session's token. */
  readonly base: string;
  /** This page's own path below `base`, with its query. */
  readonly path: string;
  readonly target: Target;
  readonly write: boolean;
  /** Goes with every form: who only knows the address cannot post. */
  readonly formToken: string;
  readonly nowMs: number;
  /** Between two polls of an open page. */
  readonly pollMs: number;
}
