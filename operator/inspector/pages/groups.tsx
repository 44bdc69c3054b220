/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import { safeText } from '../../../local/safe-text.ts';
import { counted, formatCount } from '../../cli/command-text.ts';
import { EXPIRY_WARNING_MS, type FailureGroup } from '../../dead-letters/groups.ts';
import { Age, Badge } from './elements.tsx';
import type { PageContext } from './page-context.ts';

const SHOWN_TYPES = 3;

/** The failures, largest group first. */
export function GroupList({
  page,
  groups,
}: {
  readonly page: PageContext;
  readonly groups: readonly FailureGroup[];
}) {
  return (
    <ol class="rows" aria-label="Failures by group">
      {groups.map((group) => (
        <li id={`group-${group.id}`} class="row group">
          <p class="count">
            <strong>{formatCount(group.events)}</strong>
            <span>{group.events === 1 ? 'event' : 'events'}</span>
          </p>
          <div class="row-main">
            <h3>
              <a class="cover" href={`${page.base}/groups/${group.id}`}>
                {groupTitle(group)}
              </a>
            </h3>
            <p class="message">{safeText(group.message, 240)}</p>
            {group.frame === undefined ? '' : <p class="frame">{safeText(group.frame, 160)}</p>}
            <p class="facts">
              <GroupFacts page={page} group={group} />
            </p>
          </div>
        </li>
      ))}
    </ol>
  );
}

/** `TypeError in backfill`. */
export function groupTitle({ error, handler }: Pick<FailureGroup, 'error' | 'handler'>): string {
  return safeText(handler === undefined ? error : `${error} in ${handler}`, 160);
}

export function GroupFacts({ page, group }: { readonly page: PageContext; readonly group: FailureGroup }) {
  const types = Object.keys(group.eventTypes);
  const more = types.length - SHOWN_TYPES;
  return (
    <>
      {group.reason === undefined ? (
        <Badge tone="plain">no reason</Badge>
      ) : (
        <Badge tone="bad">{group.reason}</Badge>
      )}
      {group.expiresAtMs - page.nowMs <= EXPIRY_WARNING_MS && (
        <Badge tone="warn">
          lost <Age atMs={group.expiresAtMs} nowMs={page.nowMs} />
        </Badge>
      )}
      <span>
        {types
          .slice(0, SHOWN_TYPES)
          .map((type) => safeText(type, 80))
          .join(', ')}
        {more > 0 ? ` and ${more} more` : ''}
      </span>
      <span>
        {group.customers.length >= 20 ? '20 customers or more' : counted(group.customers.length, 'customer')}
      </span>
      {group.letters > group.events ? <span>{counted(group.letters, 'letter')}</span> : ''}
      <span>
        last <Age atMs={group.lastAtMs} nowMs={page.nowMs} />
      </span>
    </>
  );
}
