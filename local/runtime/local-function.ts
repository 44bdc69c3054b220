import { randomUUID } from 'node:crypto';
import type { FunctionModel } from '../assembly/stack-model.ts';
import type { InvocationEnded, InvocationError, LocalCloudObserver } from '../cloud-events.ts';
import type { CodeHosts } from './code-host.ts';
import { createLineSplitter } from './line-splitter.ts';
import { metricsOf } from './metrics.ts';
import { Places } from './places.ts';
import { type InvocationOutcome, Sandbox } from './sandbox.ts';
import { threadHosts } from './thread-hosts.ts';

export interface LocalFunctionOptions {
  readonly definition: FunctionModel;
  environmentOf(definition: FunctionModel): Readonly<Record<string, string>>;
  readonly observer: LocalCloudObserver;
  /** Execution environments at once; default 8. See {@link Places}. */
  readonly maxSandboxes?: number;
  /** Where its code runs; default a thread for each execution environment. */
  readonly hosts?: CodeHosts;
}

export interface Invocation {
  readonly requestId: string;
  readonly outcome: InvocationOutcome;
}

const DEFAULT_MAX_SANDBOXES = 8;

/** A function of the stack with its warm execution environments. */
export class LocalFunction {
  readonly #options: LocalFunctionOptions;
  readonly #places: Places;
  readonly #idle: Sandbox[] = [];
  readonly #busy = new Map<Sandbox, FunctionModel>();
  readonly #invocations = new Map<string, Sandbox>();
  #definition: FunctionModel;
  #inits = 0;

  constructor(options: LocalFunctionOptions) {
    this.#options = options;
    this.#definition = options.definition;
    this.#places = new Places(options.maxSandboxes ?? DEFAULT_MAX_SANDBOXES);
  }

  get name(): string {
    return this.#definition.name;
  }

  get logicalId(): string {
    return this.#definition.logicalId;
  }

  /** Of the newest code. */
  get definition(): FunctionModel {
    return this.#definition;
  }

  /** Execution environments started so far: the cold starts. */
  get initCount(): number {
    return this.#inits;
  }

  /** Runs one invocation; never rejects. */
  invoke(payload: string): Promise<Invocation> {
    return this.#places.during(() => this.#run(payload));
  }

  /** Ends every execution environment at once, as a crash of its host would. The next invocation starts a new one. */
  async kill(): Promise<void> {
    const sandboxes = [...this.#busy.keys(), ...this.#idle.splice(0)];
    await Promise.all(sandboxes.map((sandbox) => sandbox.terminate()));
  }

  /**
   * Ends the execution environment of one invocation in the middle of it, as running out of memory would.
   *
   * @returns false when the invocation has ended, or its environment has not started yet
   */
  async crash(requestId: string): Promise<boolean> {
    const sandbox = this.#invocations.get(requestId);
    if (sandbox === undefined || sandbox.dead) return false;
    await sandbox.terminate();
    return true;
  }

  /** New code or environment: invocations from now on use it, those under way end with the old one. */
  async replace(definition: FunctionModel): Promise<void> {
    this.#definition = definition;
    await Promise.all(this.#idle.splice(0).map((sandbox) => sandbox.terminate()));
  }

  async #run(payload: string): Promise<Invocation> {
    const requestId = randomUUID();
    const functionName = this.name;
    const startedMs = performance.now();
    this.#options.observer({ type: 'invocation-started', functionName, requestId });
    const { sandbox, initMs, error } = await this.#take();
    this.#invocations.set(requestId, sandbox);
    const outcome: InvocationOutcome =
      error === undefined
        ? await sandbox.invoke(requestId, payload)
        : { ok: false, result: 'init-error', error };
    this.#invocations.delete(requestId);
    this.#giveBack(sandbox);
    const ended: InvocationEnded = {
      type: 'invocation-ended',
      functionName,
      requestId,
      result: outcome.ok ? 'success' : outcome.result,
      durationMs: performance.now() - startedMs,
      ...(initMs === undefined ? {} : { initMs }),
      ...(outcome.ok ? {} : { error: outcome.error }),
    };
    this.#options.observer(ended);
    return { requestId, outcome };
  }

  async #take(): Promise<{ sandbox: Sandbox; initMs?: number; error?: InvocationError }> {
    for (let warm = this.#idle.pop(); warm !== undefined; warm = this.#idle.pop()) {
      if (warm.dead) continue;
      this.#busy.set(warm, this.#definition);
      return { sandbox: warm };
    }
    const startedMs = performance.now();
    this.#inits += 1;
    const write = {
      stdout: createLineSplitter((line) => this.#log('stdout', line)),
      stderr: createLineSplitter((line) => this.#log('stderr', line)),
    };
    const sandbox = new Sandbox(this.#definition, {
      environment: this.#options.environmentOf(this.#definition),
      hosts: this.#options.hosts ?? threadHosts,
      onOutput: (stream, text) => write[stream](text),
    });
    this.#busy.set(sandbox, this.#definition);
    const error = await this.#places.whileLoading(() => sandbox.start());
    return { sandbox, initMs: performance.now() - startedMs, ...(error === undefined ? {} : { error }) };
  }

  #giveBack(sandbox: Sandbox): void {
    const definition = this.#busy.get(sandbox);
    this.#busy.delete(sandbox);
    if (sandbox.dead) return;
    if (definition === this.#definition) this.#idle.push(sandbox);
    else void sandbox.terminate();
  }

  #log(stream: 'stdout' | 'stderr', line: string): void {
    this.#options.observer({ type: 'log', functionName: this.name, stream, line });
    for (const metric of metricsOf(this.name, line)) this.#options.observer(metric);
  }
}
