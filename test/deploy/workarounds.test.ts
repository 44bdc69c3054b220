import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { assembly } from '../support/assembly.ts';
import { workAround } from './workarounds.ts';

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: object }>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

async function templateIn(directory: string): Promise<Template> {
  const name = (await readdir(directory)).find((file) => file.endsWith('.template.json')) ?? '';
  return JSON.parse(await readFile(join(directory, name), 'utf8'));
}

test('the emulator gets the stack as it is, but for what it cannot do', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'workarounds-'));
  await cp(await assembly(), directory, { recursive: true });
  const before = await templateIn(directory);
  await workAround(directory, 'http://127.0.0.1:1', { fails: true });
  const after = await templateIn(directory);
  await rm(directory, { recursive: true });

  const gone = Object.entries(before.Resources).filter(([id]) => !Object.hasOwn(after.Resources, id));
  expect(gone.map(([, { Type, Properties = {} }]) => [Type, 'Metrics' in Properties])).toEqual(
    gone.map(() => ['AWS::CloudWatch::Alarm', true]),
  );
  const added = Object.keys(after.Resources).filter((id) => !Object.hasOwn(before.Resources, id));
  expect(added).toEqual(['NeverHandle', 'Never']);
  const changed = Object.keys(before.Outputs).filter(
    (key) => JSON.stringify(after.Outputs[key]) !== JSON.stringify(before.Outputs[key]),
  );
  expect(changed.sort()).toEqual(['SigningSecretName', 'WebhookUrl']);
  expect(JSON.stringify(after.Outputs['SigningSecretName'])).toMatch(/"Ref":"SigningSecret\w+"/);
});
