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
  return !isClientFault(error) || THROTTLING.has(error.name);
}

/** Whether an AWS service answered that the request is at fault, throttling included: it has applied nothing of it. */
export function isClientFault(error: unknown): error is Error {
  return error instanceof Error && '$fault' in error && error.$fault === 'client';
}
