import { AsyncLocalStorage } from 'node:async_hooks';
import type { Attempt, Effect, EffectFault } from './attempt.ts';
import { IoWatch } from './io-watch.ts';

export interface EffectOptions {
  /** What the receiver knows a repetition by. @default none */
  readonly key?: string;
  /** What ends the work early: the handler's `signal`, where it hands it on. */
  readonly signal?: AbortSignal;
}

/**
 * Does `work` as an effect of the handler that runs: a place where a test lets it crash. Virtual time stands still
 * meanwhile. Outside of handlers it only does it.
 */
export type DoEffect = <T>(name: string, work: () => T | Promise<T>, options?: EffectOptions) => Promise<T>;

/** One invocation of the consumer, with all that its handlers do. */
export interface Invocation {
  readonly effects: Effect[];
  /** What becomes of the next effect. */
  nextFault(): EffectFault | undefined;
  /** The function is gone: what is left of its code is answered nothing. */
  dead: boolean;
  crash(): void;
}

interface HandlerRun {
  readonly of: Effects;
  readonly invocation: Invocation;
  readonly attempt: Attempt;
  readonly keys: readonly string[];
}

export const never = <T>() => new Promise<T>(() => undefined);
/** One for all pipelines: before Node 24 each storage that was ever used has its share of every promise to come. */
const runs = new AsyncLocalStorage<HandlerRun>();
const REPEATABLE = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** Records what handlers do, and lets them crash there. Knows a handler by the asynchronous calls that it made. */
export class Effects {
  readonly watch = new IoWatch(() => this.#current() !== undefined);
  readonly #answer: ((request: Request) => Response | Promise<Response>) | undefined;

  /** @param answer - answers `fetch` in the network's place */
  constructor(answer?: (request: Request) => Response | Promise<Response>) {
    this.#answer = answer;
  }

  /** @param keys - by any of which a receiver may know a repetition */
  run<T>(invocation: Invocation, attempt: Attempt, keys: readonly string[], work: () => T): T {
    return runs.run({ of: this, invocation, attempt, keys }, work);
  }

  /** The run that the calling code belongs to, if it is one of these. */
  #current(): HandlerRun | undefined {
    const run = runs.getStore();
    return run?.of === this ? run : undefined;
  }

  readonly effect: DoEffect = (name, work, { key, signal } = {}) =>
    this.#perform({ name, ...(key !== undefined && { key }) }, work, signal, () => {
      throw Object.assign(new Error(`${name} failed, as the test asked`), { code: 'injected' });
    });

  /** Puts itself in the place of `fetch` while `work` runs; who is no handler of these is handed on. */
  async recordingFetch(work: () => Promise<void>): Promise<void> {
    const direct = globalThis.fetch;
    let isOver = false;
    const recorded: typeof fetch = (input, init) =>
      isOver || this.#current() === undefined
        ? direct(input, init)
        : this.#fetch(
            new Request(input, init),
            init?.signal ?? (input instanceof Request ? input.signal : undefined),
            direct,
          );
    globalThis.fetch = recorded;
    try {
      await work();
    } finally {
      isOver = true;
      // Another pipeline may have come after this one: it hands on what is not its own.
      if (globalThis.fetch === recorded) globalThis.fetch = direct;
    }
  }

  async #fetch(request: Request, signal: AbortSignal | undefined, direct: typeof fetch): Promise<Response> {
    const { method, url, headers } = request;
    const run = this.#current();
    const said = [url, ...headers.values(), await request.clone().text()];
    const key =
      headers.get('idempotency-key') ?? run?.keys.find((each) => said.some((text) => text.includes(each)));
    const effect = {
      name: `${method} ${url.replace(/[?#].*/s, '')}`,
      ...(key !== undefined && { key }),
      ...(REPEATABLE.has(method) && { repeatable: true as const }),
    };
    const answer = this.#answer ?? direct;
    return this.#perform(
      effect,
      () => {
        signal?.throwIfAborted();
        return answer(request);
      },
      signal,
      () => new Response('{}', { status: 503 }),
    );
  }

  async #perform<T>(
    effect: Omit<Effect, 'handler' | 'happened'>,
    work: () => T | Promise<T>,
    signal: AbortSignal | undefined,
    failed: () => T,
  ): Promise<T> {
    const run = this.#current();
    if (run === undefined) return work();
    const { invocation, attempt } = run;
    if (invocation.dead) return never();
    const recorded: Effect = { ...effect, handler: attempt.handler };
    invocation.effects.push(recorded);
    const fault = invocation.nextFault();
    if (fault !== undefined) attempt.met = fault;
    if (fault === 'hang') return untilAborted(signal);
    if (fault === 'fail') return failed();
    if (fault === 'crash-before') invocation.crash();
    else {
      this.watch.inFlight++;
      try {
        const result = await work();
        recorded.happened = true;
        if (fault === 'crash-after') invocation.crash();
        if (!invocation.dead) return result;
      } catch (error) {
        if (!invocation.dead) throw error;
      } finally {
        this.watch.inFlight--;
      }
    }
    return never();
  }
}

function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(signal?.reason);
    if (signal?.aborted === true) abort();
    signal?.addEventListener('abort', abort, { once: true });
  });
}
