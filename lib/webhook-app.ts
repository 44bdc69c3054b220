import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib/core';
import { ENTRY_FILE, functionEntries } from './project-paths.ts';
import { parseStackConfig } from './stack-config.ts';
import { WebhookStack } from './webhook-stack.ts';

export interface WebhookAppOptions {
  /** Output directory of the bundling step. */
  readonly bundleDirectory: string;
}

/** The functions were not bundled before the stack was synthesised. */
export class BundleMissingError extends Error {
  override readonly name = 'BundleMissingError';
}

/**
 * The app with its one stack, from the context that the CDK CLI hands over in the environment.
 *
 * @throws {StackConfigError} when the context does not describe a stack
 * @throws {BundleMissingError} when a function's code is not there
 */
export function webhookApp({ bundleDirectory }: WebhookAppOptions): App {
  const app = new App({
    // Otherwise the template holds a resource that only reports usage to AWS.
    analyticsReporting: false,
    // Otherwise an empty assembly is written even when the configuration is refused.
    autoSynth: false,
  });
  const config = parseStackConfig(app.node.getAllContext());
  for (const name of Object.keys(functionEntries)) {
    const entry = join(bundleDirectory, name, ENTRY_FILE);
    if (!existsSync(entry)) throw new BundleMissingError(`${entry} is missing: npm run bundle writes it`);
  }
  new WebhookStack(app, { config, bundleDirectory });
  return app;
}
