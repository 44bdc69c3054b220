/**
 * Who runs beside whom in one batch. An event whose last attempt died without a record may have been killed by a
 * neighbour, or be the killer: it runs when the others are settled, one after another, so that if the function
 * dies again it is clear of what, and nobody else's attempt is lost with it.
 */
export class BatchCompany {
  readonly size: number;
  #running: number;
  readonly #waiting: (() => void)[] = [];

  /** @param size - records of the batch; each must call `settled` once */
  constructor(size: number) {
    this.size = size;
    this.#running = size;
  }

  /** Resolves when no other record of the batch is running. */
  turnAlone(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.settled();
    });
  }

  /** The caller has its verdict, or waits. */
  settled(): void {
    this.#running -= 1;
    if (this.#running > 0) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#running = 1;
    next();
  }
}
