import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ConsumerEnvironment } from '../../../lambdas/contract/environment.ts';
import { buildAssembly } from '../../../local/build-assembly.ts';
import { type LocalCloud, type LocalCloudObserver, startLocalCloud } from '../../../local/cloud.ts';
import { listenOnLoopback } from '../../../local/loopback-server.ts';
import type { InspectOptions } from '../../../local/runtime/inspected-hosts.ts';
import { CommandError } from '../../core/command-error.ts';
import { localTarget } from '../../core/local-target.ts';
import { closeTarget, type Target } from '../../core/target.ts';

export interface ReplayCloudOptions {
  /** Holds the build. */
  readonly directory: string;
  readonly attempts: number;
  readonly inspect?: InspectOptions;
  readonly observer: LocalCloudObserver;
  readonly progress: (step: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Gives a directory of one's own below `.local`, and removes it afterwards. Below the project, because debuggers
 * follow source maps there alone unless they are told otherwise.
 */
export async function withReplayDirectory<Result>(
  projectDirectory: string,
  work: (directory: string) => Promise<Result>,
): Promise<Result> {
  const parent = join(projectDirectory, '.local');
  await mkdir(parent, { recursive: true });
  const directory = await mkdtemp(join(parent, 'replay-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Builds this checkout's stack and runs it on free ports; one event to a batch, so that none takes another along. */
export async function withReplayCloud<Result>(
  options: ReplayCloudOptions,
  work: (target: Target) => Promise<Result>,
): Promise<Result> {
  const { inspect, signal, progress } = options;
  if (inspect !== undefined) await checkPort(inspect.port);
  const assemblyDirectory = await buildAssembly(options.directory, progress, {
    minify: inspect === undefined,
  });
  signal.throwIfAborted();
  progress('starting the local cloud');
  const cloud: LocalCloud = await startLocalCloud({
    assemblyDirectory,
    batchSize: 1,
    environment: {
      [ConsumerEnvironment.MAX_ATTEMPTS]: String(options.attempts),
      [ConsumerEnvironment.BACKOFF_BASE_SECONDS]: '1',
      [ConsumerEnvironment.BACKOFF_CAP_SECONDS]: '1',
    },
    ...(inspect === undefined ? {} : { inspect }),
    observer: options.observer,
    // What is still under way when the work has ended is what an interrupt cuts off.
    graceMs: 0,
  });
  const target = localTarget(cloud.exports);
  try {
    return await work(target);
  } finally {
    closeTarget(target);
    await cloud.stop();
  }
}

/** Node would start without an inspector, which nobody could attach to. */
async function checkPort(port: number): Promise<void> {
  try {
    const server = await listenOnLoopback(() => undefined, port);
    await server.close();
  } catch (error) {
    throw new CommandError(
      `port ${port} is taken: name another one with --inspect-brk PORT, or 0 for any free one`,
      { cause: error },
    );
  }
}
