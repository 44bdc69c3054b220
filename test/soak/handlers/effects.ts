// Bundled with the consumer in place of the user's handlers.
import { Agent, request } from 'node:http';
import type { HandlerContext } from '../../../lambdas/router/index.ts';
import { COUNTER_VARIABLE, type RunPhase, type RunReport } from '../run-report.ts';

// One worker reports to one server: its connection is kept.
const agent = new Agent({ keepAlive: true });

/**
 * Tells the counter outside of this worker, so that what was told survives the worker's end. Resolves once the
 * counter has it.
 */
export function report(
  phase: RunPhase,
  { eventId, handler, attempt }: HandlerContext<unknown>,
): Promise<void> {
  const body: RunReport = { phase, event_id: eventId, handler, attempt, at_ms: Date.now() };
  return new Promise((resolve, reject) => {
    const sent = request(process.env[COUNTER_VARIABLE] ?? '', { method: 'POST', agent }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve());
      answer.once('error', reject);
    });
    sent.once('error', reject);
    sent.end(JSON.stringify(body));
  });
}
