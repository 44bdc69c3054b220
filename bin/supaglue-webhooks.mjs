#!/usr/bin/env node
// `npx supaglue-webhooks` in a checkout, where the programs are TypeScript; the published package's are JavaScript.
import { register } from 'tsx/esm/api';

register();
await import('./webhooks.ts');
