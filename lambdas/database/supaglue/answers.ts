/** Members of an answer of Supaglue's: nothing of it is trusted to be there. */
export interface Answer {
  readonly [member: string]: unknown;
}

export function objectIn(value: unknown): Answer {
  return typeof value === 'object' && value !== null ? (value as Answer) : {};
}

export function listIn(value: unknown): readonly Answer[] {
  return Array.isArray(value) ? value.map(objectIn) : [];
}

export function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The schema of `connection_sync_config`, in a connection and in the event that tells of its creation. */
export function destinationSchema(connection: unknown): string | undefined {
  const { connection_sync_config: config } = objectIn(connection);
  const destination = objectIn(objectIn(config)['destination_config']);
  return textIn(destination['schema']);
}
