import type { Accepted } from './accepted.ts';
import type { Mutant } from './stryker.ts';

/** A mutant and who saw it. */
export interface GeneratedVerdict {
  readonly file: string;
  readonly lineNumber: number;
  /** The line where it begins, without indentation. */
  readonly line: string;
  readonly mutator: string;
  readonly original: string;
  readonly replacement: string;
  /** `suite` for the quick suites; a check or a test of the further catchers; absent: nobody. */
  readonly caughtBy?: string;
}

/** Its tests failed, did not come to an end, or could not even load the file. */
const SEEN: ReadonlySet<string> = new Set(['Killed', 'Timeout', 'RuntimeError']);
const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim();

export function verdictOf(file: string, source: string, mutant: Mutant): GeneratedVerdict {
  const { location, mutatorName, replacement, status } = mutant;
  const [from, to] = [offset(source, location.start), offset(source, location.end)];
  return {
    file,
    lineNumber: location.start.line,
    line: (source.split('\n')[location.start.line - 1] ?? '').trim(),
    mutator: mutatorName,
    original: oneLine(source.slice(from, to)),
    replacement: oneLine(replacement),
    ...(SEEN.has(status) ? { caughtBy: 'suite' } : {}),
  };
}

/** The file's text with the mutant in it. */
export function mutatedSource(source: string, { location, mutatorName, replacement }: Mutant): string {
  // The other operator may bind less tightly than what stands around it.
  const text = mutatorName === 'LogicalOperator' ? `(${replacement})` : replacement;
  return source.slice(0, offset(source, location.start)) + text + source.slice(offset(source, location.end));
}

function offset(source: string, { line, column }: Mutant['location']['start']): number {
  const before = source.split('\n').slice(0, line - 1);
  return before.reduce((sum, text) => sum + text.length + 1, 0) + column - 1;
}

export function isAccepted(verdict: GeneratedVerdict, accepted: readonly Accepted[]): boolean {
  return accepted.some((entry) => accepts(entry, verdict));
}

/** Entries for these files that no survivor needs any more: the code has changed, or a test sees it now. */
export function staleEntries(
  verdicts: readonly GeneratedVerdict[],
  files: readonly string[],
  accepted: readonly Accepted[],
): readonly Accepted[] {
  const survivors = verdicts.filter(({ caughtBy }) => caughtBy === undefined);
  return accepted.filter(
    (entry) => files.includes(entry.file) && !survivors.some((verdict) => accepts(entry, verdict)),
  );
}

function accepts(entry: Accepted, { file, line, original, replacement }: GeneratedVerdict): boolean {
  const isOr = (wanted: string | undefined, found: string) => wanted === undefined || wanted === found;
  return (
    entry.file === file &&
    entry.line === line &&
    isOr(entry.original, original) &&
    isOr(entry.replacement, replacement)
  );
}
