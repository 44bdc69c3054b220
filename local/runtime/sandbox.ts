import { Worker } from 'node:worker_threads';
import type { FunctionModel } from '../assembly/stack-model.ts';
import type { InvocationError, InvocationResult } from '../cloud-events.ts';

/** What came of one invocation, as the caller of the function sees it. */
export type InvocationOutcome =
  | { readonly ok: true; readonly payload: string }
  | {
      readonly ok: false;
      readonly result: Exclude<InvocationResult, 'success'>;
      readonly error: InvocationError;
    };

type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'init-failed'; readonly error: InvocationError }
  | { readonly kind: 'result'; readonly requestId: string; readonly payload: string }
  | { readonly kind: 'failed'; readonly requestId: string; readonly error: InvocationError }
  | { readonly kind: 'output'; readonly stream: 'stdout' | 'stderr'; readonly text: string };

export interface SandboxOptions {
  readonly environment: Readonly<Record<string, string>>;
  onOutput(stream: 'stdout' | 'stderr', text: string): void;
}

/** Lambda gives a function 10 s to load. */
const INIT_TIMEOUT_MS = 10_000;
/** Answers over this are refused: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_ANSWER_BYTES = 6 * 1024 * 1024;

/** One execution environment: a worker thread that loaded the function's code and runs one invocation at a time. */
export class Sandbox {
  readonly #worker: Worker;
  readonly #definition: FunctionModel;
  readonly #options: SandboxOptions;
  #settle: ((outcome: InvocationOutcome) => void) | undefined;
  #started: ((error: InvocationError | undefined) => void) | undefined;
  #dead = false;

  constructor(definition: FunctionModel, options: SandboxOptions) {
    this.#definition = definition;
    this.#options = options;
    this.#worker = new Worker(new URL('./worker.mjs', import.meta.url), {
      env: { ...options.environment },
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: definition.memoryMb },
      workerData: {
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
      },
    });
    this.#worker.on('message', (message: WorkerMessage) => this.#receive(message));
    this.#worker.on('error', (error) => this.#crash(`Error: Runtime exited with error: ${error.message}`));
    this.#worker.on('exit', (code) => this.#crash(`Error: Runtime exited with error: exit status ${code}`));
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** Loads the code. @returns the error of a failed load */
  async start(): Promise<InvocationError | undefined> {
    const timer = setTimeout(() => {
      this.#started?.({
        errorType: 'Sandbox.Timedout',
        errorMessage: 'Error: the function took over 10 s to load',
      });
    }, INIT_TIMEOUT_MS);
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
        this.#worker.postMessage({ requestId, payload, deadlineMs });
      });
    } finally {
      clearTimeout(timer);
      this.#settle = undefined;
    }
  }

  /** Ends the thread at once, whatever it is doing. */
  async terminate(reason = 'Error: Runtime exited with error: signal: killed'): Promise<void> {
    this.#crash(reason);
    await this.#worker.terminate();
  }

  #receive(message: WorkerMessage): void {
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
