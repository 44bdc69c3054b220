/** What one check says. `note`: it does not apply here, or cannot be seen. */
export type Status = 'ok' | 'warn' | 'fail' | 'note';

export interface Finding {
  readonly status: Status;
  /** What was found, for people. */
  readonly finding: string;
  /** What to do; absent when there is nothing to do. */
  readonly mend?: string;
  /** Words of the command that mends it or shows more, without the target: `dlq list`. */
  readonly command?: string;
}

/** A finding under the name of its check. */
export interface CheckResult extends Finding {
  readonly check: string;
}

export const ok = (finding: string): Finding => ({ status: 'ok', finding });
export const note = (finding: string): Finding => ({ status: 'note', finding });

export interface Mend {
  readonly mend?: string;
  readonly command?: string;
}

export const warn = (finding: string, mend: Mend): Finding => ({ status: 'warn', finding, ...mend });
export const fail = (finding: string, mend: Mend): Finding => ({ status: 'fail', finding, ...mend });
