/** A duration for people: `37 ms`, `1.2 s`, `4 min`, `2.5 h`, `100 days`. */
export function formatDuration(ms: number): string {
  const [value, unit] = inUnit(Math.abs(ms));
  const text = value < 10 && unit !== 'ms' ? String(Math.round(value * 10) / 10) : String(Math.round(value));
  return `${ms < 0 ? '-' : ''}${text} ${unit}`;
}

function inUnit(ms: number): readonly [number, string] {
  if (ms < 999.5) return [ms, 'ms'];
  if (ms < 119_500) return [ms / 1_000, 's'];
  if (ms < 7_170_000) return [ms / 60_000, 'min'];
  if (ms < 172_800_000) return [ms / 3_600_000, 'h'];
  return [ms / 86_400_000, 'days'];
}

/** `2026-11-23 21:05:01.123`, in UTC as CloudWatch shows it. */
export function formatUtc(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('T', ' ').replace('Z', '');
}

/** `21:05:01`, in UTC. */
export function formatUtcTime(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(11, 19);
}
