import { rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { INGEST_TIMEOUT_SECONDS } from '../../lambdas/contract/timing.ts';
import { bundle } from '../../lib/bundle.ts';
import { projectDirectory } from '../../lib/project-paths.ts';
import { buildModel } from '../../local/assembly/build-model.ts';
import { readAssembly } from '../../local/assembly/read-assembly.ts';
import { findParts } from '../../local/assembly/stack-parts.ts';
import { alteredAssembly, assembly } from '../support/assembly.ts';

/** The clocks that a killed attempt is waited for by. */
export interface SoakClocks {
  /** The consumer's timeout, and the queue's visibility timeout: as short as a template may have it. */
  readonly consumerTimeoutSeconds: number;
  /**
   * In place of the margins in `lambdas/contract/timing.ts`, in milliseconds: with those of production no lease
   * ends within a test of a few seconds. Absent: those of production.
   */
  readonly margins?: { readonly handlerMarginMs: number; readonly leaseSkewMs: number };
}

export interface SoakAssembly {
  readonly directory: string;
  /** Synchronous, so that it can be the last thing that a process does. */
  removeNow(): void;
}

/** The stack as it is deployed, but for the handlers and the clocks. */
export async function buildSoakAssembly(clocks: SoakClocks): Promise<SoakAssembly> {
  await mkdir(join(projectDirectory, '.test-results'), { recursive: true });
  // Below the project, where the bundler finds the packages.
  const sources = await mkdtemp(join(projectDirectory, '.test-results/soak-'));
  let directory: string | undefined;
  const removeNow = () => {
    for (const each of [sources, directory]) {
      if (each !== undefined) rmSync(each, { recursive: true, force: true });
    }
  };
  try {
    const [built, code] = await Promise.all([assembly(), bundleConsumer(sources, clocks)]);
    directory = await alteredAssembly(built, (resources) => {
      for (const { Type, Properties } of Object.values(resources)) {
        if (Type === 'AWS::SQS::Queue' && 'VisibilityTimeout' in Properties) {
          Properties['VisibilityTimeout'] = clocks.consumerTimeoutSeconds;
        }
        if (Type === 'AWS::Lambda::Function' && Properties['Timeout'] !== INGEST_TIMEOUT_SECONDS) {
          Properties['Timeout'] = clocks.consumerTimeoutSeconds;
        }
      }
    });
    const { consumer } = findParts(buildModel(await readAssembly(directory), 'http://127.0.0.1:1'));
    await rm(consumer.codeDirectory, { recursive: true });
    await cp(code, consumer.codeDirectory, { recursive: true });
    return { directory, removeNow };
  } catch (error) {
    removeNow();
    throw error;
  }
}

/** The consumer's own sources, with the soak's handlers where the user's are. */
async function bundleConsumer(sources: string, { margins }: SoakClocks): Promise<string> {
  const lambdas = join(sources, 'lambdas');
  const soak = join(sources, 'test/soak');
  await cp(join(projectDirectory, 'lambdas'), lambdas, { recursive: true });
  await cp(join(import.meta.dirname, 'handlers'), join(soak, 'handlers'), { recursive: true });
  await cp(join(import.meta.dirname, 'run-report.ts'), join(soak, 'run-report.ts'));
  if (margins !== undefined) {
    const timing = join(lambdas, 'contract/timing.ts');
    const withHandlerMargin = withConstant(
      await readFile(timing, 'utf8'),
      'HANDLER_MARGIN_MS',
      margins.handlerMarginMs,
    );
    await writeFile(timing, withConstant(withHandlerMargin, 'LEASE_SKEW_MS', margins.leaseSkewMs));
  }
  const outDirectory = join(sources, 'built');
  await bundle({ outDirectory, entries: { consumer: join(soak, 'handlers/index.ts') } });
  return join(outDirectory, 'consumer');
}

function withConstant(source: string, name: string, value: number): string {
  const pattern = new RegExp(`(?<=export const ${name} = )[\\d_]+(?=;)`);
  if (!pattern.test(source)) throw new Error(`the contract's timing has no ${name} any more`);
  return source.replace(pattern, String(value));
}
