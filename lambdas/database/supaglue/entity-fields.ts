import type { ApplicationDatabase } from '../transforms/mapping.ts';
import { listIn, textIn } from './answers.ts';
import type { ConnectionOf } from './api.ts';

/**
 * Which field of the provider's record each field of an entity comes of, as Supaglue says it.
 *
 * @returns `undefined` without an API key, and where nothing is mapped: the application gets the record as it is
 * @throws {Error} when Supaglue does not answer: a retry finds it back
 */
export async function entityFieldsOf(
  entityId: string,
  of: ConnectionOf,
  { supaglue }: Pick<ApplicationDatabase, 'supaglue'>,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>> | undefined> {
  if (supaglue === undefined) return undefined;
  const what = "the question for the customer's entity mappings";
  const mappings = listIn(await supaglue({ what, path: '/entity_mappings', of, signal }));
  const mapping = mappings.find(({ entity_id }) => entity_id === entityId);
  const fields = listIn(mapping?.['field_mappings']).flatMap(({ entity_field, mapped_field }) => {
    const [field, from] = [textIn(entity_field), textIn(mapped_field)];
    return field === undefined || from === undefined ? [] : [[field, from] as const];
  });
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}
