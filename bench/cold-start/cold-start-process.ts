import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

export interface StartOptions {
  readonly entry: string;
  readonly eventFile: string;
  readonly environment: Readonly<Record<string, string>>;
  /** For Node.js, before the script. */
  readonly nodeOptions?: readonly string[];
  readonly signal: AbortSignal;
}

export interface ColdStart {
  /** Process start to handler imported. */
  readonly readyMs: number;
  /** Process start to the first answer, its AWS calls included. */
  readonly answeredMs: number;
  /** User and system time of the whole process until then. */
  readonly cpuMs: number;
  /** Of it, what the first call took once the handler was imported. */
  readonly callCpuMs: number;
}

/** @throws {Error} when the process fails, or the first event was not handled */
export async function startOnce(options: StartOptions): Promise<ColdStart> {
  const { entry, eventFile, environment, nodeOptions = [], signal } = options;
  const script = join(import.meta.dirname, 'start.mjs');
  const child = spawn(process.execPath, [...nodeOptions, script, entry, eventFile], {
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    signal,
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [complaints, report, code] = await Promise.all([
    text(child.stdio[2] as Readable),
    text(child.stdio[3] as Readable),
    ended,
  ]);
  if (code !== 0) throw new Error(`a cold start of ${entry} ended with ${code}\n${complaints.slice(-4_000)}`);
  const { good, answer, ...times } = JSON.parse(report);
  if (good !== true) throw new Error(`a cold start of ${entry} answered ${JSON.stringify(answer)}`);
  return times;
}
