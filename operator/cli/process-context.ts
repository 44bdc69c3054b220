import { setMaxListeners } from 'node:events';
import process from 'node:process';
import { stopSignal } from '../../local/start/stop-signal.ts';
import { ExitCode } from '../core/command-error.ts';
import type { CommandContext } from './context.ts';
import { createTerminal } from './terminal.ts';

/** This process as a command's context: its streams, and Ctrl-C as an abort. A second Ctrl-C ends at once. */
export function processContext(): CommandContext {
  // The SDK warns of a Node version that it will drop one day, before every command's own output.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  // The reader has gone (`| head`): there is nobody left to tell.
  process.stdout.on('error', () => process.exit(ExitCode.FAILED));
  const signal = stopSignal(() => process.exit(ExitCode.INTERRUPTED));
  // Every call under way listens to it; Node takes more than ten for a leak.
  setMaxListeners(0, signal);
  return {
    terminal: createTerminal(process, process.env),
    environment: process.env,
    directory: process.cwd(),
    signal,
  };
}
