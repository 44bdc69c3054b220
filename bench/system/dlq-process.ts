import { setTimeout as delay } from 'node:timers/promises';
import { createTerminal } from '../../operator/cli/terminal.ts';
import { runProgram } from '../../operator/program.ts';
import { answerQuestions } from '../processes/helper-process.ts';

/** What a command printed and took, counted from the start of its process. */
export interface CommandUse {
  readonly code: number;
  readonly output: string;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
  /** Of a served inspector: the longest that a page took while it looked, and afterwards. */
  readonly slowestMs?: { readonly looking: number; readonly looked: number } | undefined;
}

/** Reads pages of letters until the look is over, and then some of all that there are. */
async function browse(printed: () => string) {
  while (!printed().includes('"url"')) await delay(20);
  const { url } = JSON.parse(printed());
  const slowest = { looking: 0, looked: 0 };
  const read = async (query: string) => {
    const startedMs = performance.now();
    const page = await (await fetch(`${url}letters${query}`)).text();
    const when = page.includes('Looking:') ? 'looking' : 'looked';
    slowest[when] = Math.max(slowest[when], performance.now() - startedMs);
    return when;
  };
  while ((await read('')) === 'looking') await delay(200);
  for (const query of ['?page=2', '?page=900', '?handler=handler-3&grep=RUN-3']) await read(query);
  return slowest;
}

// One command of the operator's command line, in a process of its own.
answerQuestions(async ({ args, directory }: { readonly args: string[]; readonly directory: string }) => {
  let output = '';
  const stream = { write: (text: string) => (output += text) };
  const terminal = createTerminal({ stdout: stream, stderr: { write: () => undefined } }, {});
  const ended = new AbortController();
  const { signal } = ended;
  const running = runProgram(args, { terminal, environment: {}, directory, signal });
  const isServed = args.includes('inspect');
  const slowestMs = isServed ? await browse(() => output).finally(() => ended.abort()) : undefined;
  const code = await running;
  const { user, system } = process.cpuUsage();
  const peakMegabytes = process.resourceUsage().maxRSS / 1024;
  return { code, output, cpuSeconds: (user + system) / 1e6, peakMegabytes, slowestMs } satisfies CommandUse;
});
