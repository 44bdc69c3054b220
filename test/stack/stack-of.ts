import { type App, Stack } from 'aws-cdk-lib/core';
import { settingsFromContext } from '../../lib/settings.ts';
import { SupaglueWebhooks } from '../../lib/supaglue-webhooks.ts';
import { FIXTURE_HANDLERS } from '../fixtures/fixture-app.ts';

/** The framework in a stack of its own, as this context configures it. */
export function stackOf(app: App, context: Readonly<Record<string, unknown>> = {}): Stack {
  const settings = settingsFromContext({ node: { getAllContext: () => ({ ...context }) } });
  const stack = new Stack(app, `SupaglueWebhooks-${settings.stage}`);
  new SupaglueWebhooks(stack, 'Default', { ...settings, handlers: FIXTURE_HANDLERS });
  return stack;
}
