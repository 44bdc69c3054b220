import { readdir, readFile } from 'node:fs/promises';

/** Processor time of a process's threads so far, in milliseconds by thread id; Linux alone tells. */
export type ThreadCpu = ReadonlyMap<number, number>;

/** @throws {Error} where there is no `/proc` */
export async function threadCpu(pid: number): Promise<ThreadCpu> {
  const directory = `/proc/${pid}/task`;
  const times = new Map<number, number>();
  for (const thread of await readdir(directory)) {
    // The first figure is nanoseconds on a processor. A thread may end between the two reads.
    const text = await readFile(`${directory}/${thread}/schedstat`, 'utf8').catch(() => undefined);
    if (text !== undefined) times.set(Number(thread), Number(text.split(' ')[0]) / 1e6);
  }
  return times;
}

export function totalMs(times: ThreadCpu): number {
  return [...times.values()].reduce((sum, ms) => sum + ms, 0);
}
