import { BUNDLE_DIRECTORY_VARIABLE, defaultBundleDirectory } from '../lib/project-paths.ts';
import { StackConfigError } from '../lib/stack-config.ts';
import { BundleMissingError, webhookApp } from '../lib/webhook-app.ts';

try {
  webhookApp({ bundleDirectory: process.env[BUNDLE_DIRECTORY_VARIABLE] ?? defaultBundleDirectory }).synth();
} catch (error) {
  if (!(error instanceof StackConfigError || error instanceof BundleMissingError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
