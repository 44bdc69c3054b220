/** Mutants that no test can or shall see. Kept by what they change, not by where. */
export interface Accepted {
  readonly file: string;
  /** The line where the change begins, without its indentation. */
  readonly line: string;
  /** What takes the place, its white space as single spaces; absent: whatever takes it. */
  readonly replacement?: string;
  readonly reason: string;
}

export const ACCEPTED: readonly Accepted[] = [];
