import { mkdir, readdir, readFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { largestFirst, moduleOf, type Share } from '../bundles/module-bytes.ts';
import { type StartOptions, startOnce } from './cold-start-process.ts';

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
