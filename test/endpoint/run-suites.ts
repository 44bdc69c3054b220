import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type RunContext, toVariable } from './run-context.ts';

const jest = fileURLToPath(new URL('../../node_modules/jest/bin/jest.js', import.meta.url));
const config = fileURLToPath(new URL('jest.config.js', import.meta.url));

export interface TestOutcome {
  /** The suite, its parts, the test. */
  readonly path: readonly string[];
  readonly status: string;
  readonly durationMs: number;
  readonly failureMessages: readonly string[];
}

export interface SuitesOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onTest: (test: TestOutcome) => void;
  /** A line of jest itself. */
  readonly onRemark: (line: string) => void;
  /** Ends the process of the suites; what it has created stays behind. */
  readonly signal: AbortSignal;
}

type Report =
  | {
      readonly type: 'test';
      readonly path: readonly string[];
      readonly status: string;
      readonly duration?: number | null;
      readonly failureMessages?: readonly string[];
    }
  | { readonly type: 'broken'; readonly message: string };

/** Runs the suites under jest in a process of their own; resolves when it has ended, with whether all passed. */
export function runSuites(run: RunContext, options: SuitesOptions): Promise<boolean> {
  const { environment, onTest, onRemark, signal } = options;
  const child = fork(jest, ['--config', config, '--runInBand'], {
    execArgv: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
    env: { ...environment, ...toVariable(run) },
    // Standard output is the caller's alone.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n')) if (line.trim() !== '') onRemark(line);
    });
  }
  child.on('message', (message) => {
    const report = message as Report;
    if (report.type === 'broken') {
      onRemark(report.message);
      return;
    }
    const { path, status, duration, failureMessages = [] } = report;
    onTest({ path, status, durationMs: duration ?? 0, failureMessages });
  });
  const stop = () => child.kill('SIGTERM');
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      signal.removeEventListener('abort', stop);
      resolve(code === 0);
    });
  });
}
