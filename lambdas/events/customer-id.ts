const APPLICATION_PREFIX = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}:(?=.)/is;

/**
 * The external customer id, the same for every event of one customer. `connection.deleted` sends the id as
 * Supaglue stores it, `applicationId:externalCustomerId` with a UUID in front; the other events send the
 * external id alone (which may itself hold a colon, even look like the stored form, so it is left as it is).
 */
export function normaliseCustomerId(eventType: string, customerId: string): string {
  return eventType === 'connection.deleted' ? customerId.replace(APPLICATION_PREFIX, '') : customerId;
}
