const THROTTLING = new Set([
  'ThrottlingException',
  'Throttling',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'ProvisionedThroughputExceededException',
  'RequestThrottled',
]);

/** Whether the same AWS call may succeed later: a network fault, a 5xx or throttling, not a refused request. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return true;
  return !('$fault' in error && error.$fault === 'client') || THROTTLING.has(error.name);
}
