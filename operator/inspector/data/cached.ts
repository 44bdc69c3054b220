/** A reading that several pages share: read again at most every `forMs`, and by one call at a time. */
export class Cached<Value> {
  readonly #read: () => Promise<Value>;
  readonly #forMs: number;
  readonly #nowMs: () => number;
  #latest: { readonly value: Value; readonly atMs: number } | undefined;
  #reading: Promise<Value> | undefined;

  constructor(read: () => Promise<Value>, forMs: number, nowMs: () => number) {
    this.#read = read;
    this.#forMs = forMs;
    this.#nowMs = nowMs;
  }

  /** A read that fails is not kept: the next one asks again. */
  get(): Promise<Value> {
    const latest = this.#latest;
    if (latest !== undefined && this.#nowMs() - latest.atMs < this.#forMs)
      return Promise.resolve(latest.value);
    this.#reading ??= this.#read()
      .then((value) => {
        this.#latest = { value, atMs: this.#nowMs() };
        return value;
      })
      .finally(() => {
        this.#reading = undefined;
      });
    return this.#reading;
  }
}
