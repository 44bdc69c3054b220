import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { projectDirectory } from '../../lib/project-paths.ts';
import { EMULATOR_ACCOUNT, EMULATOR_REGION, type Emulator } from './emulator.ts';
import { workAround } from './workarounds.ts';

export interface Ran {
  readonly code: number | null;
  /** Standard output and error, as they came. */
  readonly text: string;
}

export interface StepContext {
  readonly emulator: Emulator;
  /** For assemblies. */
  readonly directory: string;
  /** Runs a program of node_modules/.bin or an npm script, on the emulator alone. */
  run(command: string, args: readonly string[], input?: string): Promise<Ran>;
}

export interface Step {
  readonly name: string;
  /** Does it and looks at what came of it. @returns a word on what was seen */
  work(context: StepContext): Promise<string>;
}

const STAGE = 'trial';
const STACK = `SupaglueWebhooks-${STAGE}`;
const SECRET = `whsec_${randomBytes(32).toString('base64')}`;
const ON_STACK = ['--stack', STACK];
/** `send` wants the stack's name again before it runs handlers. */
const SEND = ['send', 'sync.complete', ...ON_STACK, '--yes', STACK];
const CHANGED = { alertEmail: 'on-call@example.com', handlerTimeoutSeconds: '20', maxConcurrency: '7' };

/** A person's first day, in README's order, on an AWS that nobody here wrote. */
export const STEPS: readonly Step[] = [
  {
    name: 'cdk bootstrap',
    work: async ({ run }) =>
      seen(await run('cdk', ['bootstrap', `aws://${EMULATOR_ACCOUNT}/${EMULATOR_REGION}`]), /bootstrapped/),
  },
  {
    name: 'a first deployment that fails leaves the table alone',
    async work(context) {
      const failed = await deploy(context, 'fails', {}, { fails: true });
      expectCode(failed, 1);
      const [table = '', ...others] = await resources(context);
      if (!/Table/.test(table) || others.length > 0)
        throw new Error(`left: ${[table, ...others].join(', ')}`);
      return seen(failed, /ROLLBACK_COMPLETE/);
    },
  },
  {
    name: 'cdk deploy',
    work: async (context) => seen(await deploy(context, STAGE), /WebhookUrl = http\S+/),
  },
  {
    name: 'secret set, secret check',
    async work({ run }) {
      await webhooks(run, ['secret', 'set', ...ON_STACK], /stored/, { input: SECRET });
      return webhooks(run, ['secret', 'check', ...ON_STACK], /secret 1 .*32 bytes/);
    },
  },
  {
    name: 'doctor, with a ping the whole way',
    work: ({ run }) => webhooks(run, ['doctor', ...ON_STACK], /ping: accepted[\s\S]*COMPLETED/),
  },
  { name: 'send', work: ({ run }) => webhooks(run, SEND, /COMPLETED \d+ ms after it was received/) },
  {
    name: 'send what is refused, dlq list, show, redrive, delete',
    async work({ run }) {
      await webhooks(run, [...SEND, '--set', 'customer_id=7'], /DEAD-LETTERED \(invalid-payload\)/, {
        code: 1,
      });
      const listed = await webhooks(run, ['dlq', 'list', '--json', ...ON_STACK], /invalid-payload/);
      const [, group = ''] = /"group_id":\s*"([0-9a-f]{8})"/.exec(listed) ?? [];
      await webhooks(run, ['dlq', 'show', group, ...ON_STACK], /customer_id: Invalid input/);
      await webhooks(run, ['dlq', 'redrive', '--group', group, '--confirm', ...ON_STACK], /1 event moved/);
      return webhooks(run, ['dlq', 'delete', '--all', '--confirm', ...ON_STACK], /1 event deleted/);
    },
  },
  {
    name: 'pause, send, resume',
    async work({ run }) {
      await webhooks(run, ['pause', ...ON_STACK], /paused/);
      await webhooks(run, [...SEND, '--timeout', '2'], /paused/, { code: 1 });
      return webhooks(run, ['resume', ...ON_STACK], /resumed/);
    },
  },
  {
    name: 'a second deployment, with other context',
    async work(context) {
      await seen(await deploy(context, STAGE, CHANGED), /✅/);
      // The secret that was stored is there still, and what was changed has come.
      const doctor = await webhooks(context.run, ['doctor', ...ON_STACK], /up to 7 batches at once/);
      if (!/ok +secret: 1, valid/.test(doctor)) throw new Error(doctor);
      return webhooks(context.run, SEND, /COMPLETED \d+ ms after it was received/);
    },
  },
  {
    name: 'cdk destroy leaves nothing of it',
    async work(context) {
      const { run, directory } = context;
      const destroyed = await run('cdk', ['destroy', '--app', join(directory, STAGE), '--force']);
      const left = (await resources(context)).filter((name) => name.includes(STACK));
      if (left.length > 0) throw new Error(`left: ${left.join(', ')}`);
      return seen(destroyed, /destroyed/);
    },
  },
  {
    name: 'the suites of queue, ledger and pipeline',
    work: async ({ run, emulator }) =>
      seen(
        await run('npm', [
          ...['run', '-s', 'test:endpoint', '--', '--engine', 'ministack'],
          ...['--yes', new URL(emulator.endpoint).host],
        ]),
        /\d+ known faults of ministack/,
      ),
  },
];

/** Synthesises as `cdk deploy` does, changes what the emulator cannot do, and deploys that. */
async function deploy(
  { emulator, directory, run }: StepContext,
  stage: string,
  context: Readonly<Record<string, string>> = {},
  options: Parameters<typeof workAround>[2] = {},
): Promise<Ran> {
  const assembly = join(directory, stage);
  const given = { stage, ...(stage === STAGE ? { retainData: 'false' } : {}), ...context };
  const keys = Object.entries(given).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  expectCode(await run('cdk', ['synth', '--quiet', '--output', assembly, ...keys]), 0);
  await workAround(assembly, emulator.endpoint, options);
  return run('cdk', ['deploy', '--app', assembly, '--require-approval', 'never']);
}

async function webhooks(
  run: StepContext['run'],
  args: readonly string[],
  wanted: RegExp,
  { code = 0, input }: { readonly code?: number; readonly input?: string } = {},
): Promise<string> {
  const ran = await run(
    process.execPath,
    [join(projectDirectory, 'bin/supaglue-webhooks.mjs'), ...args],
    input,
  );
  seen(ran, wanted, code);
  return ran.text;
}

/** @returns the line that shows what was wanted */
function seen(ran: Ran, wanted: RegExp, code?: number): string {
  if (code !== undefined) expectCode(ran, code);
  const [found] = wanted.exec(ran.text) ?? [];
  if (found === undefined) throw new Error(`not ${wanted} in:\n${ran.text}`);
  return found;
}

function expectCode({ code, text }: Ran, wanted: number): void {
  if (code !== wanted) throw new Error(`ended with ${code}, not ${wanted}:\n${text}`);
}

/** Names of what could stay behind: stacks that live, queues, tables and secrets. */
async function resources({ emulator }: StepContext): Promise<readonly string[]> {
  const client = {
    endpoint: emulator.endpoint,
    region: EMULATOR_REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const [{ QueueUrls = [] }, { TableNames = [] }, { SecretList = [] }, { Stacks = [] }] = await Promise.all([
    new SQSClient(client).send(new ListQueuesCommand({})),
    new DynamoDBClient(client).send(new ListTablesCommand({})),
    new SecretsManagerClient(client).send(new ListSecretsCommand({})),
    new CloudFormationClient(client).send(new DescribeStacksCommand({})),
  ]);
  const living = Stacks.filter(
    ({ StackName, StackStatus = '' }) => StackName !== 'CDKToolkit' && !/ROLLBACK|DELETE/.test(StackStatus),
  );
  return [
    ...QueueUrls.map((url) => url.split('/').at(-1)),
    ...TableNames,
    ...SecretList.map(({ Name }) => Name),
    ...living.map(({ StackName }) => StackName),
  ].map(String);
}
