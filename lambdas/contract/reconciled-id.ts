/** Begins the id of an event that Supaglue has not sent: what it would have told was found in its API. */
export const RECONCILED = 'reconciled_';

export function isReconciled(eventId: string): boolean {
  return eventId.startsWith(RECONCILED);
}
