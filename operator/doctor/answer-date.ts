import type { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';

/** The header has whole seconds: on average the answer was made half a second later. */
const HALF_A_SECOND_MS = 500;

/** Looks at the `Date` of the command's answer, also of a refusal; AWS's clocks are right. */
export function withAnswerDate(command: GetQueueAttributesCommand): {
  /** How far this machine's clock is ahead, known to about a second; undefined when no answer had a date. */
  skewMs(): number | undefined;
} {
  let skewMs: number | undefined;
  command.middlewareStack.add(
    (next) => async (args) => {
      const sentAtMs = Date.now();
      const result = await next(args);
      const answeredAtMs = Date.parse(dateOf(result.response) ?? '') + HALF_A_SECOND_MS;
      if (!Number.isNaN(answeredAtMs)) skewMs = (sentAtMs + Date.now()) / 2 - answeredAtMs;
      return result;
    },
    // Around the call itself: one attempt, and the answer as it came.
    { step: 'deserialize', priority: 'low' },
  );
  return { skewMs: () => skewMs };
}

function dateOf(response: unknown): string | undefined {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return undefined;
  const { headers } = response;
  if (typeof headers !== 'object' || headers === null || !('date' in headers)) return undefined;
  return typeof headers.date === 'string' ? headers.date : undefined;
}
