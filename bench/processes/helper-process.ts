import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

export interface HelperProcess {
  readonly pid: number;
  /** Sends a question and resolves with its answer; one at a time. Rejects when the process ends before. */
  ask<Answer>(question: unknown): Promise<Answer>;
  stop(): Promise<void>;
}

export interface HelperOptions {
  readonly script: string;
  readonly args?: readonly string[];
  /** All of its environment but the path. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

const MAX_ERROR_CHARACTERS = 4_000;

/** A process of its own that answers questions; what it prints goes nowhere, what it complains of into the error. */
export function startHelper({ script, args = [], environment = {}, signal }: HelperOptions): HelperProcess {
  const child = fork(script, [...args], {
    execArgv: script.endsWith('.ts') ? ['--import', 'tsx'] : [],
    env: {
      PATH: process.env['PATH'] ?? '',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      ...environment,
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Bytes of a request travel as they are.
    serialization: 'advanced',
    signal,
  });
  let complaints = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-MAX_ERROR_CHARACTERS);
  });
  // An abort rejects the question that waits; without one there is nobody to tell.
  child.on('error', () => undefined);
  return {
    pid: child.pid ?? 0,
    ask: (question) => ask(child, question, () => `${script} ended\n${shortened(complaints)}`),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'close');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** A minified line says nothing, and is all that would be seen. */
function shortened(complaints: string): string {
  return complaints.replace(/^.{300,}$/gm, (line) => `${line.slice(0, 200)}…`).trim();
}

function ask<Answer>(child: ChildProcess, question: unknown, ended: () => string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onMessage = (answer: Answer & { error?: string }) => {
      child.off('close', onClose);
      if (typeof answer === 'object' && answer?.error !== undefined) reject(new Error(answer.error));
      else resolve(answer);
    };
    const onClose = () => {
      child.off('message', onMessage);
      reject(new Error(ended()));
    };
    child.once('message', onMessage);
    child.once('close', onClose);
    if (child.connected) child.send(question as object);
    else onClose();
  });
}

/** In the helper: answers each question; an error is the answer as well. */
export function answerQuestions<Question>(answer: (question: Question) => unknown): void {
  process.on('message', async (question: Question) => {
    try {
      process.send?.((await answer(question)) ?? {});
    } catch (error) {
      process.send?.({ error: error instanceof Error ? String(error.stack) : String(error) });
    }
  });
  // Who asked has gone.
  process.on('disconnect', () => process.exit());
}
