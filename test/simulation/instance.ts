import type { Host, VirtualTime } from './virtual-time.ts';

export type InvocationEnd<T> =
  | { readonly end: 'answered'; readonly value: T }
  | { readonly end: 'threw'; readonly error: unknown }
  | { readonly end: 'timed-out' }
  | { readonly end: 'crashed' };

/** One invocation of a function. Times are true ones, epoch milliseconds. */
export interface Invocation {
  readonly id: number;
  readonly instance: FunctionInstance;
  readonly startedAtMs: number;
  readonly deadlineMs: number;
  ended: InvocationEnd<unknown>['end'] | undefined;
}

/**
 * A Lambda function instance: one invocation at a time, frozen between two, killed at the timeout. What an
 * invocation left unfinished goes on in the next one.
 */
export class FunctionInstance implements Host {
  readonly name: string;
  readonly skewMs: number;
  state: Host['state'] = 'frozen';
  readonly held: (() => void)[] = [];
  blockedUntilMs = 0;
  wakesUntilCrash: number | undefined;
  onCrash: (() => void) | undefined;
  readonly waitsFor = new Set<{ readonly purpose: string }>();
  invocation: Invocation | undefined;
  readonly #time: VirtualTime;

  constructor(time: VirtualTime, name: string, skewMs: number) {
    this.#time = time;
    this.name = name;
    this.skewMs = skewMs;
  }

  get isIdle(): boolean {
    return this.state === 'frozen';
  }

  /** Its own clock. */
  nowMs(): number {
    return Math.floor(this.#time.nowMs + this.skewMs);
  }

  invoke<T>(
    id: number,
    timeoutMs: number,
    run: (invocation: Invocation) => Promise<T>,
    onEnd: (end: InvocationEnd<T>) => void,
  ): Invocation {
    const time = this.#time;
    const invocation: Invocation = {
      id,
      instance: this,
      startedAtMs: time.nowMs,
      deadlineMs: time.nowMs + timeoutMs,
      ended: undefined,
    };
    const end = (result: InvocationEnd<T>) => {
      if (invocation.ended !== undefined) return;
      invocation.ended = result.end;
      cancelKill();
      this.onCrash = undefined;
      this.wakesUntilCrash = undefined;
      this.state = result.end === 'answered' || result.end === 'threw' ? 'frozen' : 'dead';
      onEnd(result);
    };
    const cancelKill = time.at(invocation.deadlineMs, () => end({ end: 'timed-out' }));
    this.onCrash = () => end({ end: 'crashed' });
    this.invocation = invocation;
    this.state = 'running';
    for (const wake of this.held.splice(0)) time.at(time.nowMs, wake, this);
    time.at(
      time.nowMs,
      () => {
        run(invocation).then(
          (value) => end({ end: 'answered', value }),
          (error: unknown) => end({ end: 'threw', error }),
        );
      },
      this,
    );
    return invocation;
  }

  /** A timer of its own; returns what takes it back. */
  after(ms: number, callback: () => void): () => void {
    return this.#time.after(ms, callback, this);
  }

  /** A sleep on its own timers. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#time.after(ms, resolve, this);
      signal?.addEventListener('abort', () => {
        cancel();
        resolve();
      });
    });
  }
}
