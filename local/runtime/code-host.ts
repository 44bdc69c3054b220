import type { FunctionModel } from '../assembly/stack-model.ts';
import type { InvocationError } from '../cloud-events.ts';

/** What the code's side of a sandbox tells. */
export type HostMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'init-failed'; readonly error: InvocationError }
  | { readonly kind: 'result'; readonly requestId: string; readonly payload: string }
  | { readonly kind: 'failed'; readonly requestId: string; readonly error: InvocationError }
  | { readonly kind: 'output'; readonly stream: 'stdout' | 'stderr'; readonly text: string };

export interface InvokeMessage {
  readonly requestId: string;
  /** JSON. */
  readonly payload: string;
  /** Epoch milliseconds. */
  readonly deadlineMs: number;
}

export interface HostListener {
  onMessage(message: HostMessage): void;
  /** The code has ended by itself: `exit status 3`, or what it did not catch. May be called more than once. */
  onEnd(cause: string): void;
}

/** Where the code of one execution environment runs. */
export interface CodeHost {
  invoke(message: InvokeMessage): void;
  /** Ends the code at once, whatever it is doing. */
  terminate(): Promise<void>;
}

/** A kind of place for code to run in. */
export interface CodeHosts {
  /** How long the code may take to load; absent: for ever. */
  readonly initTimeoutMs?: number;
  start(
    definition: FunctionModel,
    environment: Readonly<Record<string, string>>,
    listener: HostListener,
  ): CodeHost;
}

/** What the code's side needs to know of its function. */
export function hostData(definition: FunctionModel) {
  return {
    codeDirectory: definition.codeDirectory,
    handler: definition.handler,
    functionContext: {
      functionName: definition.name,
      functionVersion: '$LATEST',
      invokedFunctionArn: definition.arn,
      memoryLimitInMB: String(definition.memoryMb),
      logGroupName: definition.logGroupName,
      logStreamName: 'local',
    },
  };
}
