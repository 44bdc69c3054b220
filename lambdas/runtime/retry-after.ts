/**
 * What a `Retry-After` header asks for: seconds, or an HTTP date (RFC 9110, 10.2.3).
 *
 * @param header - `null`: there was none
 * @returns seconds from now, 0 for a date that has passed; `undefined` when it says neither
 */
export function retryAfterSeconds(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  // `Date.parse` alone would find a date in `in 17`.
  const dateMs = /^[A-Z][a-z]{2,8}, .* GMT$/.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(dateMs) ? undefined : Math.max(0, Math.ceil((dateMs - nowMs) / 1000));
}
