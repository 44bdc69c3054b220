import { createRandom, type Random } from './random.ts';

/** What may go wrong, each with a probability per occasion. */
export const FAULTS = [
  /** Refused by the service, applied nowhere. */
  'throttled',
  /** The request never arrived. */
  'connection-lost',
  /** Applied, and the answer lost. */
  'answer-lost',
  /** The client had given up when the request arrived. */
  'late-arrival',
  /** Answered just within the client's timeout. */
  'slow-answer',
  /** The service fails for minutes or hours. */
  'outage',
  /** A function instance dies at any of its awaits. */
  'crash',
  /** A function instance dies between two invocations. */
  'instance-recycled',
  /** A handler blocks the event loop. */
  'blocked-loop',
  /** SQS hands a message out although it is hidden. */
  'duplicate-delivery',
  /** SQS shows a deleted message once more. */
  'ghost-message',
  /** The event source's delete of an acknowledged message is lost. */
  'delete-lost',
  /** ChangeMessageVisibility is refused. */
  'visibility-refused',
  /** The HTTP answer is lost on its way to Svix. */
  'http-answer-lost',
  /** The same request arrives twice. */
  'http-duplicate',
  /** A captured request is sent again and again while its timestamp is accepted. */
  'replay',
  /** A person sends the event again from Svix. */
  'manual-resend',
  'secret-rotation',
  'poison-message',
  'same-id-other-body',
  'forgery',
  /** Somebody deletes a dead letter. */
  'letter-deleted',
  /** Dead letters go back to the queue. */
  'redrive',
  /** A dead letter goes back as soon as it is seen. */
  'eager-redrive',
  /** The event source mapping is disabled for hours or days. */
  'consumer-paused',
  'clock-skew',
  /** SQS's servers do not share one clock. */
  'stamp-skew',
  /** An instance runs version 0.1: a deployment is under way. */
  'old-consumer',
  /** The same with version 0.2, whose completing write left more. */
  'consumer-0.2',
  /** Another sender sends an event under the same id. */
  'other-source',
  /** Supaglue never sends it: its API alone shows what happened. */
  'event-swallowed',
] as const;
export type Fault = (typeof FAULTS)[number];

export class Faults {
  readonly struck = new Map<Fault, number>();
  readonly #seed: number;
  readonly #probabilities: Readonly<Partial<Record<Fault, number>>>;
  readonly #streams = new Map<Fault, Random>();

  constructor(seed: number, probabilities: Readonly<Partial<Record<Fault, number>>>) {
    this.#seed = seed;
    this.#probabilities = probabilities;
  }

  /** Chance of this fault's own stream. */
  random(fault: Fault): Random {
    let stream = this.#streams.get(fault);
    if (stream === undefined) {
      stream = createRandom(this.#seed, `fault ${fault}`);
      this.#streams.set(fault, stream);
    }
    return stream;
  }

  strikes(fault: Fault): boolean {
    const probability = this.#probabilities[fault] ?? 0;
    if (probability === 0 || !this.random(fault).chance(probability)) return false;
    this.count(fault);
    return true;
  }

  isOn(fault: Fault): boolean {
    return (this.#probabilities[fault] ?? 0) > 0;
  }

  count(fault: Fault): void {
    this.struck.set(fault, (this.struck.get(fault) ?? 0) + 1);
  }
}
