import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../identity.ts';
import { parseRecord } from '../json.ts';
import { listenOnLoopback, readBody } from '../loopback-server.ts';

export const LOCAL_API_KEY = 'local-supaglue-key';
/** What a local run's template is synthesised with. */
export const LOCAL_API_KEY_SECRET_ARN = `arn:aws:secretsmanager:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:secret:local-supaglue-local1`;
/** Of a stack that is compared with it: nobody waits for an hour here. */
export const RECONCILED_CONTEXT = {
  supaglueApiKeySecretArn: LOCAL_API_KEY_SECRET_ARN,
  reconcileMinutes: 1,
  reconcileGraceMinutes: 0,
};
/** Not Supaglue's: takes a {@link Change} as JSON. */
export const CHANGES_PATH = '/_changes';

const MAX_PAGE = 1_000;
/** Of the sample events, as are the first connection and the entity. */
const APPLICATION = { application_id: '00000000-0000-4000-8000-00000000000a' };
const PROVIDER = { provider_id: '00000000-0000-4000-8000-00000000000d', category: 'crm' };
const ENTITY = '00000000-0000-4000-8000-00000000000e';

/** What a person or a test changes at Supaglue: no event tells of it. */
export type Change = Readonly<Record<string, string>>;

/** What befalls one answer: a status, with headers; `cut`: it breaks off; `repeat`, `skip`: a page twice, or left out. */
export type Fault =
  | { readonly status: number; readonly headers?: Record<string, string> }
  | 'cut'
  | 'repeat'
  | 'skip';

interface Connection {
  readonly id: string;
  readonly customer: string;
  readonly provider: string;
  schema?: string | undefined;
  /** Entity → the object that the customer has mapped it to. */
  readonly mapped: Record<string, string>;
}

type Answer = { readonly status: number; readonly body: unknown };
const ok = (body: unknown): Answer => ({ status: 200, body });
const refused = (status: number): Answer => ({
  status,
  body: { errors: [{ id: '', title: '', detail: '', problem_type: '', status: String(status), meta: {} }] },
});

/** One application's part of Supaglue's management API, with its quirks (apps/api, packages/core/lib/pagination.ts). */
export class LocalSupaglue {
  readonly connections: Connection[] = [];
  /** They stay when their connections go. */
  readonly customers = new Set<string>();
  /** The newest first. */
  readonly #runs: Readonly<Record<string, unknown>>[] = [];
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    const id = '00000000-0000-4000-8000-00000000000';
    this.change({ change: 'connect', customer: 'example-customer', id: `${id}c` });
    this.change({ change: 'connect', customer: 'other-customer', id: `${id}f` });
  }

  /** @returns the id of what was changed; `undefined`: there is no such change, or no such connection */
  change({ change, id = randomUUID(), entity, ...given }: Change): string | undefined {
    const { customer, provider = 'hubspot', schema, object = 'contact' } = given;
    if (change === 'connect' && customer !== undefined) {
      this.customers.add(customer);
      this.connections.push({ id, customer, provider, mapped: {} });
      return id;
    }
    const found = this.connections.find((each) => each.id === given['connection']);
    if (found === undefined) return undefined;
    if (change === 'disconnect') this.connections.splice(this.connections.indexOf(found), 1);
    else if (change === 'map') found.mapped[entity ?? ENTITY] = object;
    else if (change === 'unmap') delete found.mapped[entity ?? ENTITY];
    else if (change === 'schema') found.schema = schema;
    else if (change === 'run') return this.#run(found, entity, given);
    else return undefined;
    return found.id;
  }

  #run({ id: connection_id, customer, provider }: Connection, entity_id: string | undefined, given: Change) {
    const { object = 'contact', status = 'SUCCESS', records = '100' } = given;
    const time = new Date(this.#nowMs()).toISOString();
    // A cuid begins with its time: Supaglue's order is that of the ids.
    const id = `c${this.#nowMs().toString(36)}${String(this.#runs.length).padStart(8, '0')}`;
    this.#runs.unshift({
      ...{ id, status, connection_id, customer_id: customer, provider_name: provider, ...APPLICATION },
      ...{ sync_id: connection_id, category: 'crm', strategy: 'full then incremental', error_message: null },
      ...{ start_timestamp: time, end_timestamp: status === 'IN_PROGRESS' ? null : time },
      num_records_synced: Number(records),
      ...(entity_id ? { type: 'entity', entity_id } : { type: 'object', object_type: 'standard', object }),
    });
    return id;
  }

  answer(path: string, query: URLSearchParams, headers: IncomingHttpHeaders, fault?: Fault): Answer {
    const [, customer] = /^\/customers\/([^/]+)\/connections$/.exec(path) ?? [];
    if (path === '/customers')
      return ok(
        [...this.customers].map((customer_id) => ({ ...APPLICATION, customer_id, name: '', email: '' })),
      );
    if (customer !== undefined) return this.#connectionsOf(decodeURIComponent(customer));
    if (path === '/sync-runs') return this.#page(query, fault);
    if (path === '/syncs/_trigger') return ok({});
    if (path !== '/entity_mappings' && path !== '/field_mappings') return refused(404);
    const { 'x-customer-id': customerId, 'x-provider-name': provider } = headers;
    if (customerId === undefined || provider === undefined) return refused(401);
    const found = this.connections.find((each) => each.customer === customerId && each.provider === provider);
    if (found === undefined) return refused(404);
    return ok(path === '/field_mappings' ? [] : entityMappings(found));
  }

  #connectionsOf(customer_id: string): Answer {
    if (!this.customers.has(customer_id)) return refused(404);
    const own = this.connections.filter(({ customer }) => customer === customer_id);
    return ok(
      own.map(({ id, provider, schema }) => ({
        ...{ id, customer_id, provider_name: provider, ...APPLICATION, ...PROVIDER },
        instance_url: 'https://crm.example.com',
        ...(schema && { connection_sync_config: { destination_config: { type: 'postgres', schema } } }),
      })),
    );
  }

  /** A full last page has a next one all the same. */
  #page(query: URLSearchParams, fault: Fault | undefined): Answer {
    const size = Number(query.get('page_size') ?? MAX_PAGE);
    if (!(size >= 1 && size <= MAX_PAGE)) return refused(400);
    const afterMs = Date.parse(query.get('end_timestamp')?.slice(1) ?? '1970-01-01');
    const names = ['customer_id', 'provider_name', 'object', 'object_type', 'status'].filter((name) =>
      query.has(name),
    );
    const fitting = this.#runs.filter(
      (run) =>
        names.every((name) => run[name] === query.get(name)) &&
        !(Date.parse(String(run['end_timestamp'])) <= afterMs),
    );
    const start = Number(query.get('cursor') ?? 0);
    const from = fault === 'repeat' ? Math.max(0, start - size) : fault === 'skip' ? start + size : start;
    const results = fitting.slice(from, from + size);
    const next = results.length === size || fault !== undefined ? String(start + size) : null;
    return ok({ next, previous: null, results, total_count: 200_000 });
  }
}

function entityMappings({ mapped }: Connection) {
  return [...new Set([ENTITY, ...Object.keys(mapped)])].map((entity_id) => {
    const name = mapped[entity_id];
    return {
      ...{ entity_id, entity_name: entity_id === ENTITY ? 'example_entity' : entity_id },
      ...(name && { object: { type: 'standard', name, from: 'customer' } }),
      field_mappings: [{ entity_field: 'name', ...(name && { mapped_field: 'dealname', from: 'customer' }) }],
    };
  });
}

/** @param options.fault - what befalls a request, by its path and its number from 1 */
export async function startLocalSupaglue(
  options: { readonly nowMs?: () => number; fault?(path: string, count: number): Fault | undefined } = {},
) {
  const data = new LocalSupaglue(options.nowMs ?? Date.now);
  let count = 0;
  const server = await listenOnLoopback(async (request, response) => {
    const body = await readBody(request);
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const path = pathname.replace(/^\/mgmt\/v2/, '');
    const fault = path === CHANGES_PATH ? undefined : options.fault?.(path, ++count);
    let answer = data.answer(path, searchParams, request.headers, fault);
    if (path === CHANGES_PATH) {
      const id = data.change(parseRecord(String(body)) as Change);
      answer = id === undefined ? refused(404) : ok({ id });
    }
    if (typeof fault === 'object') answer = refused(fault.status);
    if (request.headers['x-api-key'] !== LOCAL_API_KEY) answer = refused(401);
    const text = JSON.stringify(answer.body);
    const headers = typeof fault === 'object' ? fault.headers : {};
    response.writeHead(answer.status, { 'content-type': 'application/json', ...headers });
    if (fault !== 'cut') response.end(text);
    // The connection ends in the middle.
    else response.write(text.slice(0, text.length / 2), () => response.destroy());
  });
  /** With the version, as `supaglueApiUrl`. */
  const url = `${server.url}/mgmt/v2`;
  return { url, data, stop: () => server.close() };
}
