import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { type QueuedEvent, sqsEvent, syncBody } from '../far-end/lambda-events.ts';
import { answerQuestions } from '../processes/helper-process.ts';
import { cpuTimeOf, lambdaContext } from '../processes/lambda-context.ts';
import type { ConsumerAnswer, ConsumerTask } from './scenario.ts';

/** Calls a bundle's handler with batches, one after the other as Lambda does: ENTRY. */
const [, , entry = ''] = process.argv;
const { handler, handlerRuns } = await import(pathToFileURL(entry).href);

const BODY_BYTES = 500;
/** Events that were handled, to be delivered again. */
const handled: QueuedEvent[] = [];

answerQuestions(async ({ batchSize, duplicatesOfTen, events }: ConsumerTask): Promise<ConsumerAnswer> => {
  const isDuplicate = (index: number) => index % 10 < duplicatesOfTen;
  const again = handled.splice(0, events);
  const all = Array.from({ length: events }, (_, index) => {
    const known = isDuplicate(index) ? again[index % again.length] : undefined;
    return known ?? { id: `msg_${randomUUID()}`, body: syncBody(BODY_BYTES) };
  });
  const fresh = all.filter((event) => !again.includes(event));
  const batches = Array.from({ length: events / batchSize }, (_, index) =>
    sqsEvent(all.slice(index * batchSize, (index + 1) * batchSize)),
  );
  const runsBefore: number = handlerRuns();
  const cpuUs = await cpuTimeOf(async () => {
    for (const batch of batches) {
      const { batchItemFailures } = await handler(batch, lambdaContext);
      if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} events were given back`);
    }
  });
  // Those of this task: each is delivered again once at most in a task to come.
  handled.splice(0, handled.length, ...all);
  return { cpuUs, handlerRuns: handlerRuns() - runsBefore, newEvents: fresh.length };
});
