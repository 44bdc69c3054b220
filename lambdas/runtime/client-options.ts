/** Bounds on one AWS call. A call takes at most about `maxAttempts × requestTimeoutMs` plus the SDK's backoff. */
export interface CallBounds {
  readonly connectTimeoutMs: number;
  /**
   * From the start of one attempt to the headers of its answer (run). A body that never comes is ended only by
   * an abort signal or by who waits: ingest's deadline, the consumer's limit on each record.
   */
  readonly requestTimeoutMs: number;
  /** Attempts in all, the first included. */
  readonly maxAttempts: number;
}

/**
 * Takes the step out of a client that prepares its calls for a logger, in full and whether there is one or not
 * (@aws-sdk/core, loggerMiddleware): the functions log no calls, and inputs hold the webhooks' bodies.
 */
export function withoutCallLogging<C extends { readonly middlewareStack: { remove(name: string): boolean } }>(
  client: C,
): C {
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}

/**
 * Options for an AWS client whose calls really end: without `throwOnRequestTimeout` the SDK only warns when
 * `requestTimeout` passes (run: 500 ms set, answer after 4,023 ms).
 */
export function clientOptions(bounds: CallBounds) {
  return {
    maxAttempts: bounds.maxAttempts,
    requestHandler: {
      connectionTimeout: bounds.connectTimeoutMs,
      requestTimeout: bounds.requestTimeoutMs,
      throwOnRequestTimeout: true,
    },
  };
}
