import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { LOOPBACK } from '../loopback-server.ts';
import { type CodeHosts, type HostMessage, hostData } from './code-host.ts';
import { createLineSplitter } from './line-splitter.ts';

export interface InspectOptions {
  /** Port of the inspector, on loopback; 0 for any free one. */
  readonly port: number;
  /** Whether it waits at its first line until one has attached. @default true */
  readonly waits?: boolean;
  /** Called when a debugger can attach, with its `ws://` URL. */
  onListening(url: string): void;
  /** Called when one has. */
  onAttached(): void;
}

const PROGRAM = fileURLToPath(new URL('./inspected-process.mjs', import.meta.url));
const LISTENING = /^Debugger listening on (ws:\/\/\S+)$/;
/** What Node says of the inspector besides; whoever started it is told in other words. */
const OTHER_REMARKS = /^(?:For help, see: https:\/\/nodejs\.org\/|Waiting for the debugger to disconnect)/;

/**
 * A process for each execution environment, which listens to a debugger or waits for one. A process, because a
 * debugger that attaches sees threads late or not at all, and because stopping it must not stop the engines too.
 * It has all the time it needs to load.
 */
export function inspectedHosts(options: InspectOptions): CodeHosts {
  return {
    start(definition, environment, { onMessage, onEnd }) {
      const child = spawn(
        process.execPath,
        [
          `--inspect${options.waits === false ? '' : '-brk'}=${LOOPBACK}:${options.port}`,
          PROGRAM,
          JSON.stringify(hostData(definition)),
        ],
        { env: { ...environment }, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
      );
      const remark = createLineSplitter((line) => {
        const [, url] = LISTENING.exec(line) ?? [];
        if (url !== undefined) options.onListening(url);
        else if (line === 'Debugger attached.') options.onAttached();
        else if (!OTHER_REMARKS.test(line))
          onMessage({ kind: 'output', stream: 'stderr', text: `${line}\n` });
      });
      child.stderr?.setEncoding('utf8').on('data', remark);
      child.on('message', (message) => onMessage(message as HostMessage));
      child.on('error', (error) => onEnd(error.message));
      // Not at `exit`: what it wrote last may still be on its way then.
      child.on('close', (code, signal) =>
        onEnd(signal === null ? `exit status ${code}` : `signal ${signal}`),
      );
      const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
      return {
        invoke(message) {
          // A process that has just ended is told by its exit.
          child.send(message, () => undefined);
        },
        async terminate() {
          // Nothing else ends a process that a debugger has stopped.
          child.kill('SIGKILL');
          await ended;
        },
      };
    },
  };
}
