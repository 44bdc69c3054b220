/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import { safeText } from '../../../local/safe-text.ts';
import { likelyCause } from '../../commands/explain/likely-cause.ts';
import type { RequestsPage } from '../../events/list-requests.ts';
import { REQUEST_STATUSES, type ReceivedRequest, type RequestStatus } from '../../events/received-request.ts';
import { Age, Badge, Panel, type Tone } from './elements.tsx';
import type { View } from './layout.tsx';
import type { PageContext } from './page-context.ts';

/** The form's fields, as they stand in the address. */
export type EventFilter = Readonly<Record<'status' | 'type' | 'customer' | 'since', string>>;

export interface EventsProps extends RequestsPage {
  readonly page: PageContext;
  readonly filter: EventFilter;
}

const TONES: Readonly<Record<RequestStatus, Tone>> = {
  accepted: 'info',
  running: 'info',
  retrying: 'warn',
  completed: 'good',
  dead: 'bad',
  refused: 'bad',
};
const TIMES = ['10m', '1h', '1d', '7d'];

/** What was received lately, and how far each has come. */
export function eventsView({ page, filter, requests, olderThanMs }: EventsProps): View {
  const older = new URLSearchParams({ ...filter, before: String(olderThanMs) });
  return {
    title: 'Events',
    section: 'events',
    // A query of the log costs: on a stack the page is brought up to date by loading it.
    ...(page.target.kind === 'local' ? {} : { polls: false as const }),
    fixed: (
      <>
        <div class="page-head">
          <h1>Events</h1>
        </div>
        <Filter page={page} filter={filter} />
      </>
    ),
    live: (
      <Panel id="events" title="Received, newest first">
        {requests.length === 0 ? (
          <p class="empty">Nothing such was received within {filter.since}.</p>
        ) : (
          <ol class="rows" aria-label="Events">
            {requests.map((request) => (
              <Row page={page} request={request} />
            ))}
          </ol>
        )}
        {olderThanMs === undefined ? (
          ''
        ) : (
          <nav class="paging" aria-label="Events, by page">
            <a href={`${page.base}/events?${older}`}>Older</a>
          </nav>
        )}
      </Panel>
    ),
  };
}

function Row({ page, request }: { readonly page: PageContext; readonly request: ReceivedRequest }) {
  const { status, http_status, reason, event_id: id = '', request_id = '', event_type, customer } = request;
  const isRefused = status === 'refused';
  const title = isRefused ? `${http_status} ${safeText(reason ?? '')}` : id;
  const href = isRefused ? `requests/${request_id}` : `events/${encodeURIComponent(id)}`;
  const cause = likelyCause(request);
  return (
    <li class="row">
      <div class="row-main">
        <h3 class="mono">
          {isRefused && page.target.received === undefined ? (
            title
          ) : (
            <a class="cover" href={`${page.base}/${href}`}>
              {title}
            </a>
          )}
        </h3>
        {cause === undefined ? '' : <p class="message">Likely: {cause.what}.</p>}
        <p class="facts">
          <Badge tone={TONES[status]}>{status}</Badge>
          {event_type === undefined ? '' : <span>{safeText(event_type, 130)}</span>}
          {customer === undefined ? '' : <span>customer {safeText(customer, 130)}</span>}
          {isRefused ? (
            <span>
              {id === '' ? '' : `calls itself ${id}, `}request {request_id}
            </span>
          ) : (
            ''
          )}
          <Age atMs={request.at_ms} nowMs={page.nowMs} />
        </p>
      </div>
    </li>
  );
}

function Filter({ page, filter }: Pick<EventsProps, 'page' | 'filter'>) {
  const menu = (name: 'status' | 'since', label: string, options: readonly string[]) => (
    <p class="field">
      <label for={`filter-${name}`}>{label}</label>
      <select id={`filter-${name}`} name={name}>
        {options.map((option) => (
          <option value={option} selected={option === filter[name]}>
            {option === '' ? 'any' : option}
          </option>
        ))}
      </select>
    </p>
  );
  const text = (name: 'type' | 'customer', label: string) => (
    <p class="field">
      <label for={`filter-${name}`}>{label}</label>
      <input
        id={`filter-${name}`}
        name={name}
        value={filter[name]}
        placeholder="any"
        maxlength={256}
        autocomplete="off"
      />
    </p>
  );
  const times = TIMES.includes(filter.since) ? TIMES : [filter.since, ...TIMES];
  return (
    <form class="filters" method="get" action={`${page.base}/events`}>
      {menu('status', 'State', ['', ...REQUEST_STATUSES])}
      {text('type', 'Event type')}
      {text('customer', 'Customer')}
      {menu('since', 'Within', times)}
      <p class="field-actions">
        <button type="submit">Filter</button>
      </p>
    </form>
  );
}
