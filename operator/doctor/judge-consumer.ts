import type { ConsumerSource } from '../core/consumer-source.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

export function judgeConsumerSource({ state, maximumConcurrency }: ConsumerSource): Finding {
  switch (state) {
    case 'Enabled':
      return ok(
        `takes events${maximumConcurrency === undefined ? '' : `, up to ${maximumConcurrency} batches at once`}`,
      );
    case 'Disabled':
    case 'Disabling':
      return warn('paused: events are accepted and wait, 7 days at most', { command: 'resume' });
    case 'Enabling':
    case 'Creating':
    case 'Updating':
      return warn(`not yet: ${state}`, { mend: 'look again in a minute' });
    default:
      return fail(`its event source mapping is ${state}`, { mend: 'deploy the stack again' });
  }
}
