/** What a line between a function and an engine can do to a call. */
export const WIRE_FAULTS = ['request dropped', 'answer dropped', 'answer withheld'] as const;
export type WireFault = (typeof WIRE_FAULTS)[number];

/** What was done to the functions on purpose, and what they came to. */
export const FAULT_KINDS = ['worker killed', 'function timed out', ...WIRE_FAULTS] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** A fault that met one event. */
export interface Fault {
  readonly kind: FaultKind;
  /** Epoch milliseconds. */
  readonly atMs: number;
  /** The AWS operation; absent for the end of a worker. */
  readonly operation?: string;
}

/** What happened to which event: by it an extra run is explained. */
export class FaultLog {
  readonly #counts = new Map<FaultKind, number>();
  readonly #byEvent = new Map<string, Fault[]>();

  /** @param eventIds - whom it met; empty where that is not known */
  add(fault: Fault, eventIds: readonly string[]): void {
    for (const eventId of eventIds) {
      const known = this.#byEvent.get(eventId) ?? [];
      known.push(fault);
      this.#byEvent.set(eventId, known);
    }
  }

  count(kind: FaultKind): void {
    this.#counts.set(kind, this.total(kind) + 1);
  }

  total(kind: FaultKind): number {
    return this.#counts.get(kind) ?? 0;
  }

  of(eventId: string): readonly Fault[] {
    return this.#byEvent.get(eventId) ?? [];
  }
}
