/** Written by `cdk acknowledge` and `cdk cli-telemetry`. */
const CLI_KEYS = ['acknowledged-issue-numbers', 'cli-telemetry'];

/**
 * The part of the CDK context that is this project's configuration. CDK puts feature flags
 * (`@aws-cdk/core:...`), settings of its own (`aws:cdk:...`, `cdk-...`) and cached look-ups
 * (`availability-zones:account=...`) into the same map.
 */
export function stackContext(context: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(context).filter(([key]) => !isFrameworkKey(key)));
}

function isFrameworkKey(key: string): boolean {
  return /[:/]/.test(key) || key.startsWith('cdk-') || CLI_KEYS.includes(key);
}

/** The known key that was probably meant; none when no key is close. */
export function nearestKey(key: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(letters(key), letters(candidate)) }))
    .sort((one, other) => one.distance - other.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.ceil(key.length / 3) ? best.candidate : undefined;
}

/** `max-concurrency`, `MAX_CONCURRENCY` and `maxConcurrency` are the same to a reader. */
function letters(key: string): string {
  return key.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** Levenshtein distance, one row at a time. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...from].entries()) {
    const current = [row + 1];
    for (const [column, other] of [...to].entries()) {
      const substitution = (previous[column] ?? 0) + (letter === other ? 0 : 1);
      current.push(Math.min(substitution, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}
