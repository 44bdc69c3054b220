import process from 'node:process';
import { BENCH_SECRET } from '../far-end/function-environment.ts';
import { answerQuestions } from '../processes/helper-process.ts';
import { createTutorialServer } from '../rivals/tutorial-server.ts';

/** The tutorial's server, and its CPU time when asked: REDIS_PORT. */
const [, , redisPort = ''] = process.argv;
const { app, queue } = createTutorialServer({ redisPort: Number(redisPort), secret: BENCH_SECRET });
await queue.waitUntilReady();
const server = app.listen(0, '127.0.0.1');

answerQuestions((question: 'port' | 'cpu') => {
  if (question === 'port') return { port: (server.address() as { port: number }).port };
  const { user, system } = process.cpuUsage();
  return { cpuUs: user + system };
});
