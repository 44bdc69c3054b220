import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { ConsumerEnvironment } from '../../lambdas/contract/environment.ts';
import { buildAssembly } from '../../local/build-assembly.ts';
import { startLocalCloud } from '../../local/cloud.ts';
import { Teardown } from '../../local/teardown.ts';
import { localTarget } from '../core/local-target.ts';
import { closeTarget, type Target } from '../core/target.ts';

/** Retries come within seconds; the stack's own backoff would make the demo last minutes. */
const SHORT_BACKOFF = {
  [ConsumerEnvironment.BACKOFF_BASE_SECONDS]: '1',
  [ConsumerEnvironment.BACKOFF_CAP_SECONDS]: '2',
};

/** `.ts` in a checkout, `.js` in the published package. */
const PROGRAM = join(import.meta.dirname, `app${extname(import.meta.filename)}`);

export interface DemoCloud {
  readonly target: Target;
  readonly secret: string;
}

/** Builds and starts the stack on free ports, lends it, and leaves nothing behind: no file, no port, no thread. */
export async function withDemoCloud<Result>(
  progress: (step: string) => void,
  signal: AbortSignal,
  work: (cloud: DemoCloud) => Promise<Result>,
): Promise<Result> {
  const teardown = new Teardown();
  try {
    const directory = await mkdtemp(join(tmpdir(), 'supaglue-webhooks-demo-'));
    teardown.add(() => rm(directory, { recursive: true, force: true }));
    const assemblyDirectory = await buildAssembly(directory, progress, { program: PROGRAM });
    signal.throwIfAborted();
    progress('starting the local cloud');
    const cloud = await startLocalCloud({ assemblyDirectory, environment: SHORT_BACKOFF });
    teardown.add(() => cloud.stop());
    const target = localTarget(cloud.exports);
    teardown.add(async () => {
      progress('stopping');
      closeTarget(target);
    });
    return await work({ target, secret: cloud.secret });
  } finally {
    await teardown.run();
  }
}
