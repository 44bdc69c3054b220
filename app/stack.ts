import { join } from 'node:path';
import { type App, Stack } from 'aws-cdk-lib/core';
import { SupaglueWebhooks, settingsFromContext } from 'supaglue-webhooks-aws/construct';

/** Your stack: the receiver, and whatever your handlers need beside it. */
export class WebhookStack extends Stack {
  constructor(app: App) {
    // From `-c key=value` and cdk.json. Settings may stand here instead, as props of the construct.
    const settings = settingsFromContext(app);
    super(app, `SupaglueWebhooks-${settings.stage}`, {
      description: 'Receives Supaglue webhooks: verified, queued, handled once, and explained when they fail',
    });

    // The id stays: CloudFormation would replace queues, ledger and secret by new ones.
    new SupaglueWebhooks(this, 'Default', {
      ...settings,
      handlers: join(import.meta.dirname, 'handlers.ts'),
    });
  }
}
