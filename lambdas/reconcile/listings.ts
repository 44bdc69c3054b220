import { createHash } from 'node:crypto';
import { type Answer, destinationSchema, listIn, objectIn, textIn } from '../database/supaglue/answers.ts';
import { contentKey } from '../events/content-key.ts';

export interface ListedMapping {
  readonly hash: string;
  /** A developer's own are told by no event. */
  readonly isCustomers: boolean;
  /** Of its event, beside those of the connection. */
  readonly facts: Answer;
}

export interface ListedConnection {
  readonly id: string;
  readonly providerName: string;
  readonly providerId: string;
  readonly category: string;
  readonly schema?: string | undefined;
  /** As Supaglue tells it in `connection.created`. */
  readonly parameters: Answer;
  /** By content key; `undefined`: Supaglue tells none of this connection. */
  mappings?: Readonly<Record<string, ListedMapping>> | undefined;
}

export interface ListedRun {
  readonly id: string;
  readonly endedAtMs: number;
  readonly event: Answer;
  readonly entityId?: string | undefined;
}

interface ListedCustomer {
  readonly askedAtMs: number;
  readonly listed: readonly ListedConnection[];
}

/** All answers of one run. A listing that breaks off, or shows something twice, is none. */
export interface Listings {
  readonly customers?: {
    readonly applicationId?: string;
    readonly ids: readonly string[];
    readonly askedAtMs: number;
  };
  readonly connections: ReadonlyMap<string, ListedCustomer>;
  readonly entities: Readonly<Record<string, string>>;
  readonly runs: readonly ListedRun[];
  /** When the listing of runs was begun; absent: it did not come to its end. */
  readonly runsAskedAtMs?: number;
}

/** @returns `undefined` when it is no whole list of different things */
function wholeList(
  answer: unknown,
  idOf: (entry: Answer) => string | undefined,
): readonly Answer[] | undefined {
  if (!Array.isArray(answer)) return undefined;
  const ids = listIn(answer).map(idOf);
  return ids.includes(undefined) || new Set(ids).size < ids.length ? undefined : listIn(answer);
}

export function customersIn(answer: unknown) {
  const entries = wholeList(answer, ({ customer_id }) => textIn(customer_id));
  const [applicationId, ...others] = new Set(
    entries?.flatMap((entry) => textIn(entry['application_id']) ?? []),
  );
  if (entries === undefined || others.length > 0) return undefined;
  return {
    ...(applicationId && { applicationId }),
    ids: entries.map(({ customer_id }) => String(customer_id)),
  };
}

export function connectionsIn(answer: unknown, customerId: string): ListedConnection[] | undefined {
  const entries = wholeList(answer, ({ id, provider_name, customer_id }) => {
    const customer = textIn(customer_id) ?? customerId;
    const isTheirs = customer === customerId || customer.endsWith(`:${customerId}`);
    return isTheirs && textIn(provider_name) ? textIn(id) : undefined;
  });
  return entries?.map((parameters) => ({
    id: String(parameters['id']),
    providerName: String(parameters['provider_name']),
    providerId: textIn(parameters['provider_id']) ?? '',
    category: textIn(parameters['category']) ?? 'no_category',
    schema: destinationSchema(parameters),
    parameters,
  }));
}

type Mappings = Record<string, ListedMapping>;

/** @returns `undefined` for what is no whole list, as the next one */
export function entityMappingsIn(answer: unknown, connectionId: string): Mappings | undefined {
  const entries = wholeList(answer, ({ entity_id }) => textIn(entity_id));
  const mapped = entries?.flatMap(({ entity_id, object, field_mappings }) => {
    const { type: object_type, name: object_name, from } = objectIn(object);
    const fields = listIn(field_mappings).filter(({ mapped_field }) => textIn(mapped_field));
    if (!textIn(object_name) && fields.length === 0) return [];
    const rows = fields.map(({ entity_field, mapped_field }) => [entity_field, mapped_field]);
    const mapping = {
      hash: hashOf([object_type, object_name], rows),
      isCustomers: [from, ...fields.map((field) => field['from'])].includes('customer'),
      facts: { entity_id, ...(textIn(object_name) && { object_name, object_type }) },
    };
    return [[contentKey('entity', connectionId, String(entity_id)), mapping]];
  });
  return mapped && Object.fromEntries(mapped);
}

export function fieldMappingsIn(answer: unknown, connectionId: string): Mappings | undefined {
  const entries = wholeList(answer, ({ object_type: type, object_name: name }) =>
    textIn(type) && textIn(name) ? `${type} ${name}` : undefined,
  );
  const mapped = entries?.map(({ object_type, object_name, schema_id, fields }) => {
    const rows = listIn(fields).map((each) => [
      each['name'],
      each['schema_mapped_name'],
      each['customer_mapped_name'],
    ]);
    const mapping = {
      hash: hashOf([schema_id], rows),
      isCustomers: listIn(fields).some(
        (each) => each['is_added_by_customer'] === true || textIn(each['customer_mapped_name']),
      ),
      facts: { object_name, object_type, schema_id: textIn(schema_id) ?? '' },
    };
    return [contentKey('field', connectionId, String(object_type), String(object_name)), mapping];
  });
  return mapped && Object.fromEntries(mapped);
}

export function entityNamesIn(answer: unknown): Record<string, string> {
  const named = listIn(answer).filter(
    ({ entity_id, entity_name }) => textIn(entity_id) && textIn(entity_name),
  );
  return Object.fromEntries(named.map(({ entity_id, entity_name }) => [entity_id, entity_name]));
}

/** @returns `undefined` for what is no page */
export function runsIn(answer: unknown) {
  const { results, next } = objectIn(answer);
  if (!Array.isArray(results)) return undefined;
  return { next: textIn(next), runs: listIn(results).flatMap((run) => runIn(run) ?? []) };
}

const RESULTS = new Map<unknown, 'SUCCESS' | 'ERROR'>([
  ['SUCCESS', 'SUCCESS'],
  ['FAILURE', 'ERROR'],
]);

/** Of one that has ended. */
function runIn(run: Answer): ListedRun | undefined {
  const { connection_id, customer_id, provider_name, type, object_type, object } = run;
  const id = textIn(run['id']);
  const endedAtMs = Date.parse(textIn(run['end_timestamp']) ?? '');
  const result = RESULTS.get(run['status']);
  if (id === undefined || result === undefined || Number.isNaN(endedAtMs)) return undefined;
  const entityId = type === 'entity' ? textIn(run['entity_id']) : undefined;
  const error_message = textIn(run['error_message']);
  const event = {
    webhook_event_type: 'sync.complete',
    ...{ run_id: id, connection_id, customer_id, provider_name, result, type },
    ...(entityId === undefined ? { object_type, object } : { entity_id: entityId }),
    num_records_synced: result === 'ERROR' ? 0 : (run['num_records_synced'] ?? undefined),
    ...(error_message && { error_message }),
  };
  return { id, endedAtMs, entityId, event };
}

/** In an order of its own: Supaglue promises none. */
function hashOf(head: readonly unknown[], rows: readonly (readonly unknown[])[]): string {
  const text = JSON.stringify([head, ...rows.map((row) => JSON.stringify(row)).sort()]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
