import { createTerminal } from '../../operator/cli/terminal.ts';
import { runProgram } from '../../operator/program.ts';
import { answerQuestions } from '../processes/helper-process.ts';

/** What a command printed and took, counted from the start of its process. */
export interface CommandUse {
  readonly code: number;
  readonly output: string;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
}

// One command of the operator's command line, in a process of its own.
answerQuestions(async ({ args, directory }: { readonly args: string[]; readonly directory: string }) => {
  let output = '';
  const stream = { write: (text: string) => (output += text) };
  const terminal = createTerminal({ stdout: stream, stderr: { write: () => undefined } }, {});
  const { signal } = new AbortController();
  const code = await runProgram(args, { terminal, environment: {}, directory, signal });
  const { user, system } = process.cpuUsage();
  const peakMegabytes = process.resourceUsage().maxRSS / 1024;
  return { code, output, cpuSeconds: (user + system) / 1e6, peakMegabytes } satisfies CommandUse;
});
