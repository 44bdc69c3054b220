/**
 * Lets one piece of work at a time go to the dead-letter queue, in the order of asking. A look hides the letters
 * that it holds for a moment: a redrive beside it would not find them and take the queue for empty.
 */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
