import type { CallBounds } from '../../lambdas/runtime/client-options.ts';
import type { Faults } from './faults.ts';
import type { Random } from './random.ts';
import type { Host, VirtualTime } from './virtual-time.ts';

export type Service = 'table' | 'queue' | 'dead-letters' | 'secrets';

/** One call of AWS as a function makes it. */
export interface Request {
  readonly service: Service;
  /** What it is made for: a crash is counted by what the function was waiting for. */
  readonly purpose: string;
}

export interface Outage {
  readonly service: Service;
  readonly fromMs: number;
  readonly untilMs: number;
}

class ServiceError extends Error {
  override readonly name: string;
  readonly $fault: 'client' | 'server';

  constructor(name: string, fault: 'client' | 'server') {
    super(name);
    this.name = name;
    this.$fault = fault;
  }
}

const aborted = () => Object.assign(new Error('Request aborted'), { name: 'AbortError' });
const timedOut = () => Object.assign(new Error('request timed out'), { name: 'TimeoutError' });

/** How one try of a call goes. Times in milliseconds from its start. */
interface Try {
  /** When the service acts on it; undefined: never. */
  readonly servedAfterMs: number | undefined;
  readonly answeredAfterMs: number;
  /** What the client sees in place of the answer. */
  readonly error?: Error;
}

/** The network between a function instance and the services, with the SDK's retries. */
export class Network {
  readonly #time: VirtualTime;
  readonly #faults: Faults;
  readonly #random: Random;
  readonly #outages: readonly Outage[];

  constructor(time: VirtualTime, faults: Faults, random: Random, outages: readonly Outage[]) {
    this.#time = time;
    this.#faults = faults;
    this.#random = random;
    this.#outages = outages;
  }

  /**
   * A call as the SDK makes it: the same input again after a throttling, a server's error or a timeout.
   * `serve` acts at the service, whether or not the caller still lives.
   */
  call<T>(
    host: Host,
    request: Request,
    bounds: Pick<CallBounds, 'maxAttempts' | 'requestTimeoutMs'>,
    serve: () => T,
    signal?: AbortSignal,
  ): Promise<T> {
    const time = this.#time;
    return new Promise<T>((resolve, reject) => {
      let tries = 0;
      let over = false;
      host.waitsFor.add(request);
      const end = (settle: () => void) => {
        if (over) return;
        over = true;
        host.waitsFor.delete(request);
        settle();
      };
      const tryOnce = () => {
        if (over) return;
        tries++;
        const plan = this.#plan(request.service, bounds.requestTimeoutMs);
        let served: { readonly value: T } | { readonly error: unknown } | undefined;
        if (plan.servedAfterMs !== undefined) {
          time.after(plan.servedAfterMs, () => {
            try {
              served = { value: serve() };
            } catch (error) {
              served = { error };
            }
          });
        }
        const answer = () => {
          if (over) return;
          const { error } = plan;
          if (error !== undefined) {
            if (tries >= bounds.maxAttempts) end(() => reject(error));
            else time.after(this.#random.between(20, 100), tryOnce, host);
          } else if (served === undefined) {
            throw new Error('answered before it was served');
          } else {
            const result = served;
            end(() => ('value' in result ? resolve(result.value) : reject(result.error)));
          }
        };
        time.after(plan.answeredAfterMs, answer, host);
      };
      signal?.addEventListener('abort', () => end(() => reject(aborted())));
      tryOnce();
    });
  }

  #plan(service: Service, timeoutMs: number): Try {
    const random = this.#random;
    const faults = this.#faults;
    const servedAfterMs = random.between(1, 12);
    const answeredAfterMs = servedAfterMs + random.between(1, 12);
    const now = this.#time.nowMs;
    if (this.#outages.some((each) => each.service === service && now >= each.fromMs && now < each.untilMs)) {
      faults.count('outage');
      return faults.random('outage').chance(0.5)
        ? {
            servedAfterMs: undefined,
            answeredAfterMs,
            error: new ServiceError('ServiceUnavailable', 'server'),
          }
        : { servedAfterMs: undefined, answeredAfterMs: timeoutMs, error: timedOut() };
    }
    if (faults.strikes('throttled')) {
      const error = new ServiceError('ThrottlingException', 'client');
      return { servedAfterMs: undefined, answeredAfterMs, error };
    }
    if (faults.strikes('connection-lost')) {
      return { servedAfterMs: undefined, answeredAfterMs, error: new Error('ECONNREFUSED') };
    }
    if (faults.strikes('answer-lost')) {
      const reset = faults.random('answer-lost').chance(0.5);
      return reset
        ? { servedAfterMs, answeredAfterMs, error: new Error('ECONNRESET') }
        : { servedAfterMs, answeredAfterMs: timeoutMs, error: timedOut() };
    }
    if (faults.strikes('late-arrival')) {
      const lateMs = faults.random('late-arrival').between(10, 5_000);
      return { servedAfterMs: timeoutMs + lateMs, answeredAfterMs: timeoutMs, error: timedOut() };
    }
    if (faults.strikes('slow-answer')) {
      const slow = faults.random('slow-answer');
      const totalMs = slow.between(0.2, 0.99) * timeoutMs;
      return { servedAfterMs: slow.between(0.1, 0.9) * totalMs, answeredAfterMs: totalMs };
    }
    return { servedAfterMs, answeredAfterMs };
  }
}
