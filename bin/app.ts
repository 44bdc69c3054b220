import { runApp } from 'supaglue-webhooks-aws/construct';
import { WebhookStack } from '../app/stack.ts';

runApp((app) => new WebhookStack(app));
