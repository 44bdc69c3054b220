import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { App } from 'aws-cdk-lib/core';
import { WebhookStack } from '../app/stack.ts';

let outdir: string;
let template: {
  Metadata: Record<string, Record<string, { handlers: { byType: Record<string, string[]> } }>>;
};

beforeAll(() => {
  outdir = mkdtempSync(join(tmpdir(), 'stack-'));
  const app = new App({ outdir, analyticsReporting: false });
  const { stackName } = new WebhookStack(app);
  app.synth();
  template = JSON.parse(readFileSync(join(outdir, `${stackName}.template.json`), 'utf8'));
});
afterAll(() => rmSync(outdir, { recursive: true }));

test('the stack is made, and its consumer loads with these handlers', () => {
  const { handlers } = template.Metadata['supaglue-webhooks']?.['Default'] ?? {};
  expect(handlers?.byType['sync.complete']).toContain('alert-on-sync-error');
});
