import type { FunctionModel } from '../assembly/stack-model.ts';
import type { InvocationError, InvocationResult } from '../cloud-events.ts';
import type { CodeHost, CodeHosts, HostMessage } from './code-host.ts';

/** What came of one invocation, as the caller of the function sees it. */
export type InvocationOutcome =
  | { readonly ok: true; readonly payload: string }
  | {
      readonly ok: false;
      readonly result: Exclude<InvocationResult, 'success'>;
      readonly error: InvocationError;
    };

export interface SandboxOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly hosts: CodeHosts;
  onOutput(stream: 'stdout' | 'stderr', text: string): void;
}

/** Answers over this are refused: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_ANSWER_BYTES = 6 * 1024 * 1024;

/** One execution environment: it loads the function's code and runs one invocation at a time. */
export class Sandbox {
  readonly #host: CodeHost;
  readonly #definition: FunctionModel;
  readonly #options: SandboxOptions;
  #settle: ((outcome: InvocationOutcome) => void) | undefined;
  #started: ((error: InvocationError | undefined) => void) | undefined;
  #dead = false;

  constructor(definition: FunctionModel, options: SandboxOptions) {
    this.#definition = definition;
    this.#options = options;
    this.#host = options.hosts.start(definition, options.environment, {
      onMessage: (message) => this.#receive(message),
      onEnd: (cause) => this.#crash(`Error: Runtime exited with error: ${cause}`),
    });
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** Loads the code. @returns the error of a failed load */
  async start(): Promise<InvocationError | undefined> {
    const { initTimeoutMs } = this.#options.hosts;
    const timer =
      initTimeoutMs === undefined ? undefined : setTimeout(() => this.#initTimeOut(), initTimeoutMs);
    const error = await new Promise<InvocationError | undefined>((resolve) => {
      this.#started = resolve;
    });
    clearTimeout(timer);
    this.#started = undefined;
    if (error !== undefined) await this.terminate();
    return error;
  }

  async invoke(requestId: string, payload: string): Promise<InvocationOutcome> {
    const { timeoutSeconds } = this.#definition;
    const deadlineMs = Date.now() + timeoutSeconds * 1000;
    const timer = setTimeout(() => this.#timeOut(requestId), timeoutSeconds * 1000);
    try {
      return await new Promise<InvocationOutcome>((resolve) => {
        this.#settle = resolve;
        this.#host.invoke({ requestId, payload, deadlineMs });
      });
    } finally {
      clearTimeout(timer);
      this.#settle = undefined;
    }
  }

  /** Ends the thread at once, whatever it is doing. */
  async terminate(reason = 'Error: Runtime exited with error: signal: killed'): Promise<void> {
    this.#crash(reason);
    await this.#host.terminate();
  }

  #receive(message: HostMessage): void {
    switch (message.kind) {
      case 'ready':
        this.#started?.(undefined);
        break;
      case 'init-failed':
        this.#started?.(message.error);
        break;
      case 'output':
        this.#options.onOutput(message.stream, message.text);
        break;
      case 'result':
        this.#settle?.(answerOutcome(message.payload));
        break;
      case 'failed':
        this.#settle?.({ ok: false, result: 'error', error: message.error });
        break;
    }
  }

  #initTimeOut(): void {
    this.#started?.({
      errorType: 'Sandbox.Timedout',
      errorMessage: 'Error: the function took over 10 s to load',
    });
  }

  #timeOut(requestId: string): void {
    const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${this.#definition.timeoutSeconds.toFixed(2)} seconds`;
    this.#settle?.({ ok: false, result: 'timeout', error: { errorType: 'Sandbox.Timedout', errorMessage } });
    void this.terminate();
  }

  #crash(errorMessage: string): void {
    if (this.#dead) return;
    this.#dead = true;
    const error = { errorType: 'Runtime.ExitError', errorMessage };
    this.#started?.(error);
    this.#settle?.({ ok: false, result: 'crash', error });
  }
}

function answerOutcome(payload: string): InvocationOutcome {
  const bytes = Buffer.byteLength(payload);
  if (bytes <= MAX_ANSWER_BYTES) return { ok: true, payload };
  return {
    ok: false,
    result: 'error',
    error: {
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: `Response payload size (${bytes} bytes) exceeded maximum allowed payload size (${MAX_ANSWER_BYTES} bytes).`,
    },
  };
}
