import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What this process holds, right after a garbage collection. */
export interface ProcessSample {
  /** Events accepted until then. */
  readonly events: number;
  readonly rssBytes: number;
  /** Heap in use and what buffers hold outside of it; that of the workers is their own. */
  readonly heapBytes: number;
  readonly sockets: number;
  /** Everything that keeps the event loop busy: sockets, servers, timers, requests. */
  readonly handles: number;
  /** Workers, and the pools of Node.js; NaN where the system does not tell. */
  readonly threads: number;
  /** Open file descriptors; NaN where the system does not tell. */
  readonly files: number;
}

let collect: (() => void) | undefined;

/** A full garbage collection, without `--expose-gc` on the command line. */
function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose_gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}

export function sampleProcess(events: number): ProcessSample {
  collectGarbage();
  const { rss, heapUsed, external } = process.memoryUsage();
  const resources = process.getActiveResourcesInfo();
  return {
    events,
    rssBytes: rss,
    heapBytes: heapUsed + external,
    sockets: resources.filter((name) => name === 'TCPSocketWrap').length,
    handles: resources.length,
    threads: entriesOf('/proc/self/task'),
    files: entriesOf('/proc/self/fd'),
  };
}

const MAX_LOOKS = 40;
const LOOK_MS = 50;

/**
 * The same once all that can be freed is: what an engine closes is let go in later turns, and V8 gives the memory
 * of buffers back in the background.
 */
export async function sampleFreed(events: number): Promise<ProcessSample> {
  let least = sampleProcess(events);
  for (let look = 0; look < MAX_LOOKS; look += 1) {
    await delay(LOOK_MS);
    const next = sampleProcess(events);
    if (next.heapBytes < least.heapBytes) least = next;
  }
  return least;
}

function entriesOf(directory: string): number {
  try {
    return readdirSync(directory).length;
  } catch {
    return Number.NaN;
  }
}
