import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { largestFirst, moduleOf, type Share } from '../bundles/module-bytes.ts';

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

interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}
interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** Milliseconds of one start by module (V8's sampling profiler, every 100 µs), the largest first. */
export async function cpuShares(options: StartOptions, directory: string): Promise<readonly Share[]> {
  await mkdir(directory, { recursive: true });
  const profiling = ['--cpu-prof', '--cpu-prof-interval=100', `--cpu-prof-dir=${directory}`];
  await startOnce({ ...options, nodeOptions: [...(options.nodeOptions ?? []), ...profiling] });
  const [file] = (await readdir(directory)).filter((name) => name.endsWith('.cpuprofile'));
  if (file === undefined) throw new Error('Node.js wrote no profile');
  const profile: CpuProfile = JSON.parse(await readFile(join(directory, file), 'utf8'));
  const map = new SourceMap(JSON.parse(await readFile(`${options.entry}.map`, 'utf8')));
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const ms = new Map<string, number>();
  profile.samples.forEach((id, index) => {
    const frame = frames.get(id);
    if (frame === undefined || frame.functionName === '(idle)') return;
    const name = whose(frame, map);
    ms.set(name, (ms.get(name) ?? 0) + (profile.timeDeltas[index] ?? 0) / 1000);
  });
  return largestFirst(ms);
}

function whose({ functionName, url, lineNumber, columnNumber }: CallFrame, map: SourceMap): string {
  if (functionName.startsWith('(')) return `V8 ${functionName}`;
  if (url.startsWith('node:')) return 'Node.js';
  if (!url.endsWith('/index.mjs')) return 'other';
  const found = map.findEntry(lineNumber, columnNumber);
  return 'originalSource' in found ? moduleOf(found.originalSource) : 'other';
}
