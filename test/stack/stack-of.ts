import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import { projectDirectory } from '../../lib/project-paths.ts';
import { settingsFromContext } from '../../lib/settings.ts';
import { SupaglueWebhooks } from '../../lib/supaglue-webhooks.ts';
import { FIXTURE_HANDLERS } from '../fixtures/fixture-app.ts';

/** An app in this process, with the context of cdk.json. */
export function appIn(outdir: string): App {
  const { context } = JSON.parse(readFileSync(`${projectDirectory}cdk.json`, 'utf8'));
  return new App({
    outdir,
    context,
    analyticsReporting: false,
    // CDK's own rules are checked where the CLI is run.
    builtinCloudFormationValidation: false,
  });
}

/** Names of the rules that an app's validation plugins found broken, from its report. */
export function violationsIn(outdir: string): readonly string[] {
  const { pluginReports } = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'));
  return pluginReports.flatMap(({ violations }: { violations: ReadonlyArray<{ ruleName: string }> }) =>
    violations.map(({ ruleName }) => ruleName),
  );
}

/** The framework in a stack of its own, as this context configures it. */
export function stackOf(app: App, context: Readonly<Record<string, unknown>> = {}): Stack {
  const settings = settingsFromContext({ node: { getAllContext: () => ({ ...context }) } });
  const stack = new Stack(app, `SupaglueWebhooks-${settings.stage}`);
  new SupaglueWebhooks(stack, 'Default', { ...settings, handlers: FIXTURE_HANDLERS });
  return stack;
}
