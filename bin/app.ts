import { WebhookStack } from '../app/stack.ts';
import { runApp } from '../lib/construct.ts';

runApp((app) => new WebhookStack(app));
