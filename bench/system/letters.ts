import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { build } from 'esbuild';
import type { Failure } from '../../lambdas/contract/failure.ts';
import { MessageAttribute } from '../../lambdas/contract/message.ts';
import { samples } from '../../lambdas/events/samples.ts';
import { inParallel } from '../../lambdas/runtime/in-parallel.ts';
import { EXPORTS_FILE, writeExports } from '../../local/exports-file.ts';
import { LOCAL_CREDENTIALS } from '../../local/identity.ts';
import { inChunks } from '../../operator/dead-letters/in-parallel.ts';
import { createQueuePair, sqsClient } from '../../test/support/engines.ts';
import type { BenchContext, Benchmark, BenchResult, BenchRow } from '../benchmark.ts';
import { startHelper } from '../processes/helper-process.ts';
import { inWorkspace } from '../processes/workspace.ts';
import type { CommandUse } from './dlq-process.ts';
import { startSubject } from './systems.ts';

const SIZES = [10_000, 100_000] as const;
const CAUSES = 25;
/** At both sizes: memory may not grow with the letters. */
const GOALS = { cpuSeconds: 20, megabytes: 250, pageMs: 1_000 };

/** What listing and searching takes on a bad day. */
export const letters: Benchmark = {
  name: 'letters',
  says: 'dlq list, its search and the inspector, with 10,000 and 100,000 dead letters',
  run: measure,
};

const COMMANDS = [
  { name: 'dlq list', args: ['dlq', 'list', '--json'], share: 1 },
  {
    name: 'dlq list --handler --grep',
    args: ['dlq', 'list', '--json', '--handler', 'handler-3', '--grep', 'RUN-3'],
    share: 1 / CAUSES,
  },
] as const;

function measure(context: BenchContext): Promise<BenchResult> {
  return inWorkspace(async (outdir) => {
    const entryPoints = [join(import.meta.dirname, 'dlq-process.ts')];
    // As the package has it: compiled, beside its packages.
    await build({
      entryPoints,
      outdir,
      bundle: true,
      splitting: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      outExtension: { '.js': '.mjs' },
    });
    const rows: BenchRow[] = [];
    const checked: string[] = [];
    for (const size of context.quick ? [1_000] : SIZES) {
      const directory = await mkdtemp(join(tmpdir(), 'bench-letters-'));
      const engines = startSubject('engines-process.ts', [], context.signal);
      try {
        context.step(`${size} letters: putting them on the queue`);
        await seed(await engines.ask({ ask: 'start' }), directory, size, context.signal);
        for (const { name, args, share } of COMMANDS) {
          const subject = `${name}, ${size.toLocaleString('en-US')} letters`;
          context.step(subject);
          const startedMs = performance.now();
          const use = await run(
            join(outdir, 'dlq-process.mjs'),
            [...args, '--local'],
            directory,
            context.signal,
          );
          const seconds = (performance.now() - startedMs) / 1_000;
          rows.push(
            row(subject, 'CPU-s', use.cpuSeconds, GOALS.cpuSeconds, `${seconds.toFixed(1)} s in all`),
          );
          rows.push(row(subject, 'MB', use.peakMegabytes, GOALS.megabytes, 'peak of the whole process'));
          const { events, groups, looked } = use.code === 0 ? JSON.parse(use.output) : {};
          if (events !== size * share || looked !== size)
            throw new Error(`${subject}: ${use.output.slice(0, 300)}`);
          checked.push(`${subject}: ${looked} looked at, ${events} events in ${groups.length} groups`);
        }
        const subject = `inspector, ${size.toLocaleString('en-US')} letters`;
        context.step(subject);
        const script = join(outdir, 'dlq-process.mjs');
        const use = await run(script, ['inspect', '--local', '--json'], directory, context.signal);
        const { looking = Number.NaN, looked = Number.NaN } = use.slowestMs ?? {};
        const note = `peak of the process ${use.peakMegabytes.toFixed(0)} MB`;
        rows.push(row(`${subject}: slowest page during a look`, 'ms', looking, GOALS.pageMs, note));
        rows.push(row(`${subject}: slowest page afterwards`, 'ms', looked, GOALS.pageMs, ''));
      } finally {
        await engines.stop();
        await rm(directory, { recursive: true, force: true });
      }
    }
    return { rows, counts: [], remarks: REMARKS, checked };
  });
}

const row = (subject: string, unit: string, median: number, goal: number, note: string): BenchRow => ({
  subject,
  unit,
  median,
  q1: median,
  q3: median,
  runs: 1,
  goal,
  note,
});

const REMARKS = [
  'each command in a process of its own, compiled, counted from its start; the engines are in another process',
];

async function run(
  script: string,
  args: readonly string[],
  directory: string,
  signal: AbortSignal,
): Promise<CommandUse> {
  const helper = startHelper({ script, signal });
  try {
    return await helper.ask({ args, directory });
  } finally {
    await helper.stop();
  }
}

async function seed(
  endpoints: { readonly sqs: string; readonly dynamoDb: string },
  directory: string,
  size: number,
  signal: AbortSignal,
): Promise<void> {
  const sqs = sqsClient({ endpoint: endpoints.sqs });
  const { queueUrl: QUEUE_URL, deadLetterQueueUrl: DEAD_LETTER_QUEUE_URL } = await createQueuePair(sqs);
  const numbers = Array.from({ length: size }, (_, index) => index);
  await inParallel(inChunks(numbers, 10), 4, async (chunk) => {
    signal.throwIfAborted();
    const Entries = chunk.map((number) => ({ Id: String(number), ...messageOf(number) }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: DEAD_LETTER_QUEUE_URL, Entries }));
  });
  sqs.destroy();
  const gone = 'http://127.0.0.1:9';
  await writeExports(join(directory, EXPORTS_FILE), {
    QUEUE_URL,
    DEAD_LETTER_QUEUE_URL,
    WEBHOOK_URL: gone,
    RECEIVED_URL: gone,
    WEBHOOK_HANDLERS: JSON.stringify({ byType: {}, any: [] }),
    LEDGER_TABLE_NAME: 'ledger',
    SIGNING_SECRET_ID: 'secret',
    ALERT_TOPIC_ARN: 'arn:aws:sns:us-east-1:000000000000:alerts',
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamoDb,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: gone,
    AWS_ENDPOINT_URL_SNS: gone,
    AWS_ENDPOINT_URL_LAMBDA: gone,
    AWS_ENDPOINT_URL_CLOUDWATCH: gone,
  });
}

/** As the consumer writes it: each letter with an id, a customer and a message of its own. */
function messageOf(number: number) {
  const cause = number % CAUSES;
  const failure: Failure = {
    reason: 'attempts-exhausted',
    message: 'all 12 attempts failed',
    handlers: [
      {
        handler: `handler-${cause}`,
        error: 'TypeError',
        message: `no such customer: ${number}`,
        retryable: true,
        stack: `at async handler${cause} (/var/task/app/handlers/handler-${cause}.ts:12:9)\nat async invoke (/var/task/lambdas/consumer/attempt.ts:1:1)`,
      },
    ],
    attempts: 12,
    firstAttemptAtMs: 1_000 + number,
    failedAtMs: 2_000 + number,
  };
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  return {
    MessageBody: JSON.stringify({
      ...samples['sync.complete'],
      customer_id: `c-${number}`,
      run_id: `run-${cause}`,
    }),
    MessageGroupId: `c-${number}`,
    MessageAttributes: {
      [MessageAttribute.SVIX_ID]: text(`msg_${String(number).padStart(24, '0')}`),
      [MessageAttribute.SVIX_TIMESTAMP]: text('1700000000'),
      [MessageAttribute.EVENT_TYPE]: text('sync.complete'),
      [MessageAttribute.RECEIVED_AT]: text('1700000000000'),
      [MessageAttribute.FAILURE]: text(JSON.stringify(failure)),
    },
  };
}
