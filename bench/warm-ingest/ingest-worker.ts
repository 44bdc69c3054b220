import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { httpEvent, syncBody } from '../far-end/lambda-events.ts';
import { answerQuestions } from '../processes/helper-process.ts';
import { cpuTimeOf, lambdaContext } from '../processes/lambda-context.ts';
import type { Segment } from './subjects.ts';

/** Calls a bundle's handler with signed webhooks, one after the other as Lambda does: ENTRY. */
const [, , entry = ''] = process.argv;
const { handler } = await import(pathToFileURL(entry).href);

answerQuestions(async ({ bytes, calls }: Segment) => {
  const body = syncBody(bytes);
  // Signed before, so that only what receives them is measured.
  const events = Array.from({ length: calls }, () => httpEvent(body));
  const cpuUs = await cpuTimeOf(async () => {
    for (const event of events) {
      const { statusCode } = await handler(event, lambdaContext);
      if (statusCode !== 200) throw new Error(`a webhook was answered ${statusCode}`);
    }
  });
  return { cpuUs };
});
