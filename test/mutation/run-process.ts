import { spawn } from 'node:child_process';
import process from 'node:process';
import { killGroup } from '../support/kill-group.ts';
import type { ProjectCopy } from './project-copy.ts';

export interface ProcessEnd {
  readonly exitCode: number | null;
  /** The end of what it wrote to standard error. */
  readonly errorText: string;
  /** It was ended because it took too long. */
  readonly timedOut: boolean;
}

export interface ProcessOptions {
  readonly copy: ProjectCopy;
  readonly signal: AbortSignal;
  /** It is ended when it is silent for this long. */
  readonly silenceMs: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Takes a line of standard output; `stop` ends the process. */
  readonly onLine?: (line: string, stop: () => void) => void;
}

const KEPT_ERROR_TEXT = 4_000;

/** Runs Node with these arguments in a copy until it ends, is stopped, falls silent, or the signal aborts. Never rejects. */
export function runNode(args: readonly string[], options: ProcessOptions): Promise<ProcessEnd> {
  const { copy, signal, silenceMs, environment, onLine } = options;
  return new Promise((resolve) => {
    // A group of its own: what it starts itself ends with it, and a Ctrl-C of the terminal reaches us alone.
    const child = spawn(process.execPath, [...args], {
      cwd: copy.root,
      env: { ...process.env, ...environment, TMPDIR: copy.temporary },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let errorText = '';
    let timedOut = false;
    let rest = '';
    const stop = () => killGroup(child, 'SIGKILL');
    const onSilence = () => {
      timedOut = true;
      stop();
    };
    let silence = setTimeout(onSilence, silenceMs);
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(onSilence, silenceMs);
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      heard();
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine?.(line, stop);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      heard();
      errorText = (errorText + text).slice(-KEPT_ERROR_TEXT);
    });
    const end = (exitCode: number | null) => {
      clearTimeout(silence);
      signal.removeEventListener('abort', stop);
      resolve({ exitCode, errorText, timedOut });
    };
    child.on('close', end);
    child.on('error', (error) => {
      errorText += error.message;
      end(null);
    });
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
  });
}
