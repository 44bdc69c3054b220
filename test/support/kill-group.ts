import type { ChildProcess } from 'node:child_process';
import process from 'node:process';

/** Ends a process that was started `detached`, with all that it has started. */
export function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended by itself.
  }
}
