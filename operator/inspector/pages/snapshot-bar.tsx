/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import { counted, formatCount } from '../../cli/command-text.ts';
import { toCommandError } from '../../core/error-line.ts';
import type { SnapshotState } from '../data/snapshot.ts';
import { Age, FormToken, Notice } from './elements.tsx';
import type { PageContext } from './page-context.ts';

/** When the letters on this page were seen, and the button that looks again. */
export function SnapshotBar({
  page,
  snapshot,
}: {
  readonly page: PageContext;
  readonly snapshot: SnapshotState;
}) {
  const { takenAtMs, looking, error, letters } = snapshot;
  return (
    <>
      <div class="snapshot">
        <p id="snapshot-text">
          {looking === undefined ? (
            takenAtMs === undefined ? (
              'Nobody has looked yet.'
            ) : (
              <>
                {counted(letters.length, 'letter')} seen <Age atMs={takenAtMs} nowMs={page.nowMs} />
                {snapshot.hidden > 0 ? `, ${formatCount(snapshot.hidden)} held by others meanwhile` : ''}
              </>
            )
          ) : (
            <>
              Looking: {formatCount(looking.seen)}
              {looking.expected > 0 ? ` of about ${formatCount(looking.expected)}` : ''} …
            </>
          )}
        </p>
        <form
          method="post"
          action={`${page.base}/look`}
          hx-post={`${page.base}/look`}
          hx-target="#live"
          hx-swap="innerMorph"
        >
          <FormToken page={page} />
          <input type="hidden" name="back" value={page.path} />
          <button
            type="submit"
            class="quiet"
            id="look-again"
            title="SQS cannot be peeked: a look receives the letters and puts them back. Nothing is lost."
          >
            Look again
          </button>
        </form>
      </div>
      {snapshot.withoutBody.size === 0 ? (
        ''
      ) : (
        <Notice tone="warn">
          The payloads of {counted(snapshot.withoutBody.size, 'letter')} are too many to keep here, and are
          not searched: npx supaglue-webhooks dlq list --grep TEXT {page.target.flag} searches all.
        </Notice>
      )}
      {error === undefined ? (
        ''
      ) : (
        <Notice tone="bad">
          The look failed: {toCommandError(error, { target: page.target.kind }).message}
        </Notice>
      )}
    </>
  );
}
