import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type LocalCloud, type LocalCloudEvent, startLocalCloud } from '../../../local/cloud.ts';
import { EXPORTS_FILE, writeExports } from '../../../local/exports-file.ts';
import { localTarget } from '../../../operator/core/local-target.ts';
import { closeTarget, type Target } from '../../../operator/core/target.ts';
import { assembly } from '../../support/assembly.ts';
import { temporaryDirectory } from './cli.ts';

export interface LocalRun {
  /** Holds `.local/env`, as the project does while `npm start` runs. */
  readonly directory: string;
  readonly cloud: LocalCloud;
  /** The cloud as commands work on it. */
  readonly target: Target;
  /** What went wrong in the cloud itself: a function that crashed, a queue that did not answer. */
  readonly problems: readonly LocalCloudEvent[];
  stop(): Promise<void>;
}

/** The stack on loopback with retries after one or two seconds and three attempts. */
export async function startLocalRun(): Promise<LocalRun> {
  const directory = await temporaryDirectory();
  const problems: LocalCloudEvent[] = [];
  const cloud = await startLocalCloud({
    assemblyDirectory: await assembly(),
    observer(event) {
      const failed = event.type === 'invocation-ended' && event.result !== 'success';
      if (failed || event.type === 'poll-failed') problems.push(event);
    },
    environment: { BACKOFF_BASE_SECONDS: '1', BACKOFF_CAP_SECONDS: '2', MAX_ATTEMPTS: '3' },
  });
  await writeExports(join(directory, EXPORTS_FILE), cloud.exports);
  const target = localTarget(cloud.exports);
  return {
    directory,
    cloud,
    target,
    problems,
    async stop() {
      closeTarget(target);
      await cloud.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
