/** A stretch of webhooks of one size, sent one after the other. */
export interface Segment {
  readonly bytes: number;
  readonly calls: number;
}

export interface IngestSubject {
  readonly name: string;
  /** CPU time of the subject's process for a segment, in microseconds. Rejects when one was not accepted. */
  measure(segment: Segment): Promise<number>;
  stop(): Promise<void>;
}
