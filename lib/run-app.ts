import { App } from 'aws-cdk-lib/core';
import { BundleError } from './bundle-error.ts';
import { StackConfigError } from './stack-config.ts';

/**
 * Makes a CDK app and synthesises it, as the program that `app` in cdk.json names. A wrong setting, or handlers that do
 * not compile, end it with exit code 1 and the lines that say so, in place of a stack trace.
 */
export function runApp(makeStacks: (app: App) => void): void {
  const app = new App({
    // Otherwise the template holds a resource that only reports usage to AWS.
    analyticsReporting: false,
    // Otherwise an empty assembly is written even when a setting is refused.
    autoSynth: false,
  });
  try {
    makeStacks(app);
    app.synth();
  } catch (error) {
    if (!(error instanceof StackConfigError || error instanceof BundleError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
