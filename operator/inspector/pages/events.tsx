/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import { safeText } from '../../../local/safe-text.ts';
import { likelyCause } from '../../commands/explain/likely-cause.ts';
import type { ReceivedRequest, RequestsPage } from '../../events/list-requests.ts';
import { REQUEST_STATUSES, type RequestStatus } from '../../events/request-status.ts';
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

/** Of the form: what it is called, and what there is to choose from. */
const FIELDS: readonly (readonly [keyof EventFilter, string, (readonly string[])?])[] = [
  ['status', 'State', ['', ...REQUEST_STATUSES]],
  ['type', 'Event type'],
  ['customer', 'Customer'],
  ['since', 'Within', ['10m', '1h', '1d', '7d']],
];

/** What was received lately, and how far each has come. */
export function eventsView({ page, filter, requests, olderThanMs }: EventsProps): View {
  const older = new URLSearchParams({ ...filter, before: String(olderThanMs) });
  return {
    title: 'Events',
    section: 'events',
    // A query of the log costs: on a stack the page is brought up to date by loading it.
    ...(page.target.kind === 'stack' && { polls: false }),
    fixed: (
      <>
        <div class="page-head">
          <h1>Events</h1>
        </div>
        <form class="filters" method="get" action={`${page.base}/events`}>
          {FIELDS.map(([name, label, options]) => (
            <p class="field">
              <label for={name}>{label}</label>
              {options === undefined ? (
                <input id={name} name={name} value={filter[name]} placeholder="any" maxlength={256} />
              ) : (
                <select id={name} name={name}>
                  {options.map((option) => (
                    <option value={option} selected={option === filter[name]}>
                      {option || 'any'}
                    </option>
                  ))}
                </select>
              )}
            </p>
          ))}
          <button type="submit">Filter</button>
        </form>
      </>
    ),
    live: (
      <Panel id="events" title="Received, newest first">
        {requests.length === 0 && <p class="empty">Nothing such was received within {filter.since}.</p>}
        <ol class="rows" aria-label="Events">
          {requests.map((request) => (
            <Row page={page} request={request} />
          ))}
        </ol>
        {olderThanMs !== undefined && <a href={`${page.base}/events?${older}`}>Older</a>}
      </Panel>
    ),
  };
}

function Row({ page, request }: { readonly page: PageContext; readonly request: ReceivedRequest }) {
  const { status, http_status, reason, event_id: id = '', request_id, event_type, customer } = request;
  const isRefused = status === 'refused';
  const title = isRefused ? `${http_status} ${reason}` : id;
  const href = isRefused ? `requests/${request_id}` : `events/${id}`;
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
        {cause !== undefined && <p class="message">Likely: {cause.what}.</p>}
        <p class="facts">
          <Badge tone={TONES[status]}>{status}</Badge>
          {event_type !== undefined && <span>{safeText(event_type, 130)}</span>}
          {customer !== undefined && <span>customer {safeText(customer, 130)}</span>}
          {isRefused && id !== '' && <span>calls itself {id}</span>}
          {isRefused && <span>request {request_id}</span>}
          <Age atMs={request.at_ms} nowMs={page.nowMs} />
        </p>
      </div>
    </li>
  );
}
