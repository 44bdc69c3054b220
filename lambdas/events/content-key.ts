import { textAt } from './text-at.ts';

/** What an event tells of, whoever tells it. */
export interface Content {
  /** Ledger key; its dot keeps it apart from event ids. */
  readonly key: string;
  /** There is one such event ever: a run ends once. A mapping changes again. */
  readonly happensOnce: boolean;
}

/** @returns `undefined` for what no listing of Supaglue's can tell: attempts that failed, pauses, other events */
export function contentOf(event: unknown): Content | undefined {
  const type = textAt(event, 'webhook_event_type') ?? '';
  const of = (happensOnce: boolean, kind: string, ...names: readonly string[]): Content | undefined => {
    const parts = names.map((name) => textAt(event, name));
    if (parts.includes(undefined)) return undefined;
    return { key: contentKey(kind, ...(parts as string[])), happensOnce };
  };
  if (type === 'sync.complete') return of(true, 'sync', 'run_id');
  if (textAt(event, 'result') !== 'SUCCESS') return undefined;
  if (type === 'connection.deleted') return of(true, 'connection', 'connection_id');
  if (type === 'connection.created') return of(false, 'created', 'provider_name', 'customer_id');
  if (type.startsWith('object.field_mapping.'))
    return of(false, 'field', 'connection_id', 'object_type', 'object_name');
  return type.startsWith('entity.entity_mapping.')
    ? of(false, 'entity', 'connection_id', 'entity_id')
    : undefined;
}

/** Longer ones are no ids of Supaglue's; a key of DynamoDB's takes 2,048 bytes. */
const MAX_PART = 400;

/** All but the last part have no dot of their own: two lists of parts never give the same key. */
export function contentKey(kind: string, ...parts: readonly string[]): string {
  const encoded = parts.map((part) => encodeURIComponent(part.toWellFormed()).slice(0, MAX_PART));
  const last = encoded.pop();
  return [kind, ...encoded.map((part) => part.replaceAll('.', '%2E')), last].join('.');
}
