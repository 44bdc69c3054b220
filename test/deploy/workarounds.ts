import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StackOutput } from '../../lambdas/contract/outputs.ts';

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: readonly string[];
}

interface Template {
  Resources: Record<string, Resource>;
  readonly Outputs: Record<string, { Value: unknown }>;
}

/** What MiniStack 1.5.33 does otherwise than AWS, so that the template is changed before it gets there. */
export const WORKAROUNDS = [
  'alarms of metric math are left out: it refuses them',
  "the secret's name is what Ref gives: there that is the name, on AWS it is the ARN",
  'the webhook URL is a path of its own port: the host that it gives has no address here',
] as const;

/** A resource that never comes to be, after all others: the deployment fails at its end. */
const NEVER: Readonly<Record<string, Resource>> = {
  NeverHandle: { Type: 'AWS::CloudFormation::WaitConditionHandle' },
  Never: {
    Type: 'AWS::CloudFormation::WaitCondition',
    Properties: { Handle: { Ref: 'NeverHandle' }, Timeout: '1' },
  },
};

/** Changes the template of an assembly for the emulator at this endpoint. */
export async function workAround(
  assembly: string,
  endpoint: string,
  { fails = false }: { readonly fails?: boolean } = {},
): Promise<void> {
  const name = (await readdir(assembly)).find((file) => file.endsWith('.template.json'));
  if (name === undefined) throw new Error(`no template in ${assembly}`);
  const file = join(assembly, name);
  const template: Template = JSON.parse(await readFile(file, 'utf8'));
  const kept = Object.entries(template.Resources).filter(
    ([, { Type, Properties }]) => Type !== 'AWS::CloudWatch::Alarm' || Properties?.['Metrics'] === undefined,
  );
  const idOf = (type: string) => kept.find(([, { Type }]) => Type === type)?.[0];
  const path = `${endpoint}/_aws/execute-api/`;
  setOutput(template, StackOutput.SIGNING_SECRET_NAME, { Ref: idOf('AWS::SecretsManager::Secret') });
  setOutput(template, StackOutput.WEBHOOK_URL, {
    'Fn::Join': ['', [path, { Ref: idOf('AWS::ApiGatewayV2::Api') }, '/$default/webhooks']],
  });
  template.Resources = Object.fromEntries(kept);
  if (fails) {
    const others = Object.keys(template.Resources);
    for (const [id, resource] of Object.entries(NEVER)) {
      template.Resources[id] = id === 'Never' ? { ...resource, DependsOn: others } : resource;
    }
  }
  await writeFile(file, JSON.stringify(template));
}

function setOutput({ Outputs }: Template, name: StackOutput, value: unknown): void {
  const output = Outputs[name];
  if (output === undefined) throw new Error(`the template has no output ${name}`);
  output.Value = value;
}
