/** How one invocation of a function ended. */
export type InvocationResult = 'success' | 'error' | 'timeout' | 'crash' | 'init-error';

/** What the functions threw, in Lambda's own words for errors of the runtime. */
export interface InvocationError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export interface RequestAnswered {
  readonly type: 'request-answered';
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** Absent when it was refused before its body was read. */
  readonly requestBody?: Buffer | undefined;
  /** As it was sent; text. */
  readonly responseBody: string;
}

export interface InvocationStarted {
  readonly type: 'invocation-started';
  readonly functionName: string;
  readonly requestId: string;
}

export interface InvocationEnded {
  readonly type: 'invocation-ended';
  readonly functionName: string;
  readonly requestId: string;
  readonly result: InvocationResult;
  readonly durationMs: number;
  /** Present when this invocation had to start a worker. */
  readonly initMs?: number;
  readonly error?: InvocationError;
}

export interface LogLine {
  readonly type: 'log';
  readonly functionName: string;
  readonly stream: 'stdout' | 'stderr';
  readonly line: string;
}

/** One metric of an embedded-metric-format log line, which is reported as a log line too. */
export interface MetricPublished {
  readonly type: 'metric';
  readonly functionName: string;
  readonly namespace: string;
  readonly name: string;
  readonly values: readonly number[];
  readonly unit: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface AlertPublished {
  readonly type: 'alert';
  readonly topicArn: string;
  readonly messageId: string;
  readonly subject?: string;
  readonly message: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface SettledRecord {
  readonly messageId: string;
  readonly receiveCount: number;
  /** Text attributes of the message. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Deleted from the queue, or left hidden to come back. */
  readonly outcome: 'acknowledged' | 'returned';
}

/** A batch of an event source mapping is done with, its messages deleted or left. */
export interface BatchSettled {
  readonly type: 'batch-settled';
  readonly functionName: string;
  readonly requestId: string;
  readonly result: InvocationResult;
  readonly records: readonly SettledRecord[];
  /** Why the whole batch came back although the function answered. */
  readonly refusedAnswer?: string;
}

/** The queue could not be read, since it was deleted; the poller waits and tries again. */
export interface PollFailed {
  readonly type: 'poll-failed';
  readonly queueUrl: string;
  readonly error: unknown;
}

/** States of an event source mapping, in AWS's words. */
export type EventSourceState = 'Enabling' | 'Enabled' | 'Disabling' | 'Disabled';

/** The event source mapping of a function, after its start: it was told to take messages or to take none. */
export interface EventSourceChanged {
  readonly type: 'event-source-changed';
  readonly functionName: string;
  readonly state: EventSourceState;
}

export type LocalCloudEvent =
  | RequestAnswered
  | InvocationStarted
  | InvocationEnded
  | LogLine
  | MetricPublished
  | AlertPublished
  | BatchSettled
  | EventSourceChanged
  | PollFailed;

export type LocalCloudObserver = (event: LocalCloudEvent) => void;
