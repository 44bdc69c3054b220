import { TIMESTAMP_TOLERANCE_SECONDS } from '../../lambdas/contract/http.ts';
import { formatDuration } from '../cli/format-time.ts';
import { type Finding, fail, note, ok, warn } from './finding.ts';

const WARN_MS = 60_000;
/** A minute less than the tolerance: what this machine signs may be on its way for a while. */
const FAIL_MS = (TIMESTAMP_TOLERANCE_SECONDS - 60) * 1000;

/** @param skewMs - how far this machine is ahead of AWS, known to a second; undefined when no answer had a date */
export function judgeClock(skewMs: number | undefined): Finding {
  if (skewMs === undefined) return note('not known: no answer held a date');
  const off = Math.abs(skewMs);
  const text = `this machine is ${formatDuration(off)} ${skewMs > 0 ? 'ahead of' : 'behind'} AWS`;
  const mend = { mend: 'switch time synchronisation on (NTP; `timedatectl set-ntp true`)' };
  if (off > FAIL_MS) return fail(`${text}: what it signs is refused beyond 5 min`, mend);
  return off > WARN_MS ? warn(text, mend) : ok(off < 2_000 ? 'in step with AWS' : text);
}
