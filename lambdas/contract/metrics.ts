/** CloudWatch namespace of every metric of this project (embedded metric format). */
export const METRICS_NAMESPACE = 'SupaglueWebhooks';

export const Metric = {
  EVENTS_ACCEPTED: 'EventsAccepted',
  /** Dimension {@link REASON_DIMENSION}: the answer's code. */
  EVENTS_REJECTED: 'EventsRejected',
  /** Counted from the access log, without a dimension: the stage ends the name. */
  REQUESTS_THROTTLED: 'RequestsThrottled',
  /** 1 for the first secret of the set, 2 for the second: above 1 for long means a rotation is not finished. */
  SECRET_POSITION: 'SecretPosition',
  EVENTS_PROCESSED: 'EventsProcessed',
  EVENTS_DUPLICATE: 'EventsDuplicate',
  EVENTS_DEFERRED: 'EventsDeferred',
  EVENTS_RETRIED: 'EventsRetried',
  /** Dimension {@link REASON_DIMENSION}: the failure reason. */
  EVENTS_DEAD_LETTERED: 'EventsDeadLettered',
  EVENTS_UNHANDLED: 'EventsUnhandled',
  ATTEMPT_ABANDONED: 'AttemptAbandoned',
  /** Completed events that Supaglue never sent: what they tell was found in its API. */
  EVENTS_RECONCILED: 'EventsReconciled',
  /** Milliseconds from the moment ingest received the event to its recorded completion. */
  EVENT_LATENCY: 'EventLatency',
  /** Successful syncs of objects that no mapping exists for. */
  SYNCS_UNMAPPED: 'SyncsUnmapped',
  /** Successful syncs whose records, as Supaglue reports them, are not in the database. */
  SYNCS_WITHOUT_ROWS: 'SyncsWithoutRows',
} as const;
/** Of the comparison with Supaglue's API; apart, so that the consumer's bundle is without them. */
export const ReconcileMetric = {
  /** What a run has found that no event told. */
  GAPS_FOUND: 'GapsFound',
  /** Runs that ended for a reason that somebody must look at. */
  RECONCILE_STOPPED: 'ReconcileStopped',
} as const;
export type Metric =
  | (typeof Metric)[keyof typeof Metric]
  | (typeof ReconcileMetric)[keyof typeof ReconcileMetric];

export const REASON_DIMENSION = 'reason';
/** Dimension that every metric carries: the service below and the stage, so that stages do not mix. */
export const SERVICE_DIMENSION = 'service';
export const INGEST_SERVICE = 'ingest';
export const CONSUMER_SERVICE = 'consumer';
export const RECONCILE_SERVICE = 'reconcile';

/** Value of {@link SERVICE_DIMENSION}, and Powertools' service name. */
export function serviceName(service: string, stage: string): string {
  return `${service}-${stage}`;
}
