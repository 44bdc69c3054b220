/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import type { Child } from 'hono/jsx';
import { toCommandError } from '../../core/error-line.ts';
import type { Selection } from '../../dead-letters/selection.ts';
import type { SnapshotState } from '../data/snapshot.ts';
import { Age, Notice } from './elements.tsx';
import type { PageContext } from './page-context.ts';

export interface ConfirmProps {
  readonly page: PageContext;
  readonly selection: Selection;
  readonly snapshot: SnapshotState;
  /** Where "Cancel" leads. */
  readonly back: string;
}

/** The frame of a page that asks before something is changed. */
export function Confirm({
  page,
  snapshot,
  title,
  children,
}: ConfirmProps & { readonly title: string; readonly children: Child }) {
  const { takenAtMs, error } = snapshot;
  return (
    <>
      <div class="page-head">
        <h1>{title}</h1>
        {takenAtMs !== undefined && (
          <p class="muted">
            As seen <Age atMs={takenAtMs} nowMs={page.nowMs} />, on {page.target.name}.
          </p>
        )}
      </div>
      {takenAtMs === undefined && error === undefined && (
        <Notice tone="info">The letters are being looked through. Load this page again in a moment.</Notice>
      )}
      {error !== undefined && (
        <Notice tone="bad">
          The look failed: {toCommandError(error, { target: page.target.kind }).message}
        </Notice>
      )}
      {children}
    </>
  );
}
