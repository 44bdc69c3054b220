/** A broken promise. */
export interface Violation {
  readonly check: string;
  readonly eventId: string;
  readonly detail: string;
  readonly atMs: number;
}

interface Line {
  readonly atMs: number;
  readonly eventId: string;
  readonly text: string;
}

/** What happened in one run: counts always, lines only when they are asked for. */
export class Journal {
  readonly violations: Violation[] = [];
  readonly counts = new Map<string, number>();
  readonly lines: Line[] = [];
  nowMs: () => number = () => 0;
  readonly #keepsLines: boolean;

  constructor(keepsLines: boolean) {
    this.#keepsLines = keepsLines;
  }

  count(name: string, by = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + by);
  }

  /** @param waits - what the function that died was waiting for */
  crashedDuring(waits: Iterable<{ readonly purpose: string }>): void {
    for (const purpose of new Set([...waits].map((wait) => wait.purpose)))
      this.count(`crashed during ${purpose}`);
  }

  note(eventId: string, text: () => string): void {
    if (this.#keepsLines) this.lines.push({ atMs: this.nowMs(), eventId, text: text() });
  }

  /** Counts the check as made, and its violation where it does not hold. */
  check(check: string, eventId: string, holds: boolean, detail: () => string): void {
    this.count(`checked ${check}`);
    if (holds) return;
    const atMs = this.nowMs();
    this.violations.push({ check, eventId, detail: detail(), atMs });
    if (this.#keepsLines) this.lines.push({ atMs, eventId, text: `VIOLATED ${check}: ${detail()}` });
  }
}
