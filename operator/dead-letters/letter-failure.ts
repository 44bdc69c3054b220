import * as z from 'zod';
import { type Failure, FailureReason } from '../../lambdas/contract/failure.ts';

const epochMs = z.number().min(0).max(8.64e15);

const handlerFailure = z.object({
  handler: z.string(),
  error: z.string(),
  message: z.string(),
  code: z.exactOptional(z.string()),
  retryable: z.boolean(),
  stack: z.exactOptional(z.string()),
});

const failure: z.ZodType<Failure> = z.object({
  reason: z.enum(FailureReason),
  message: z.string(),
  handlers: z.array(handlerFailure),
  handlersOmitted: z.exactOptional(z.number().int().min(0)),
  attempts: z.number().int().min(0),
  firstAttemptAtMs: z.exactOptional(epochMs),
  failedAtMs: epochMs,
});

/** The attribute `failure` of a dead letter. What is not one that the consumer wrote counts as absent; never throws. */
export function parseFailure(text: string | undefined): Failure | undefined {
  if (text === undefined) return undefined;
  try {
    return failure.safeParse(JSON.parse(text)).data;
  } catch {
    // Not JSON: anybody who may send to the queue can put anything there.
    return undefined;
  }
}
