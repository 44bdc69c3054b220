import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateQueueCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  QueueDoesNotExist,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LOCAL_IDENTITY_ENVIRONMENT, LOCAL_REGION } from '../../local/identity.ts';
import { eventually } from '../suites/eventually.ts';
import { startAlteringProxy } from '../support/altering-proxy.ts';
import { startEngines, type TestEngines } from '../support/engines.ts';
import { NAME_PREFIX } from './journal.ts';

const SOMEBODY_ELSES = 'queue-of-somebody-else';

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('npm run test:endpoint', () => {
  let engines: TestEngines;
  let directory: string;
  let name: string;
  let queues: string;
  let table: string;
  let running: { interrupt(): void };

  beforeAll(async () => {
    // An engine that is laxer than AWS in one point: the suite must say so.
    engines = await startEngines({ returnItemsOnRefusedWrite: false });
    directory = await mkdtemp(join(tmpdir(), 'endpoint-test-'));
    [queues, table] = [engines.sqsEndpoint, engines.dynamoDbEndpoint].map((url) => new URL(url).host) as [
      string,
      string,
    ];
    name = `${queues},${table}`;
    await engines.sqs.send(new CreateQueueCommand({ QueueName: SOMEBODY_ELSES }));
  });
  afterAll(async () => {
    await engines.stopAll();
    await rm(directory, { recursive: true });
  });

  /** The script as a process of its own, in an environment that points at the engines and holds nothing else. */
  async function run(
    args: readonly string[],
    environment: Record<string, string | undefined> = {},
  ): Promise<Run> {
    const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'run.ts'), ...args], {
      cwd: join(import.meta.dirname, '../..'),
      env: {
        PATH: process.env['PATH'],
        HOME: directory,
        TMPDIR: tmpdir(),
        AWS_EC2_METADATA_DISABLED: 'true',
        ...LOCAL_IDENTITY_ENVIRONMENT,
        AWS_ENDPOINT_URL_SQS: engines.sqsEndpoint,
        AWS_ENDPOINT_URL_DYNAMODB: engines.dynamoDbEndpoint,
        ...environment,
      },
    });
    running = { interrupt: () => child.kill('SIGINT') };
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output.stderr += text;
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    return { code, ...output };
  }

  /** Names of all queues and tables that the engines hold. */
  async function everything(): Promise<string[]> {
    const [{ QueueUrls = [] }, { TableNames = [] }] = await Promise.all([
      engines.sqs.send(new ListQueuesCommand({})),
      engines.dynamoDb.send(new ListTablesCommand({})),
    ]);
    const queues = QueueUrls.map((url) => url.split('/').at(-1) ?? '');
    const exist = await Promise.all(queues.map(exists));
    return [...queues.filter((_, index) => exist[index]), ...TableNames];
  }

  /** A deleted queue is listed for a minute, here as on AWS. */
  async function exists(QueueName: string): Promise<boolean> {
    try {
      await engines.sqs.send(new GetQueueUrlCommand({ QueueName }));
      return true;
    } catch (error) {
      if (error instanceof QueueDoesNotExist) return false;
      throw error;
    }
  }

  test('refused without --yes and with another name: 2, one line that says what and how, nothing created', async () => {
    const [unnamed, misnamed, onAws, nowhere] = await Promise.all([
      run([]),
      run(['--yes', '127.0.0.1:1', '--suite', 'ledger']),
      run([], { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true', AWS_ACCOUNT_ID: '111122223333' }),
      run(['--yes', 'aws/us-east-1'], { AWS_REGION: undefined }),
    ]);
    expect(unnamed).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: this would create 28 queues and 1 table on ${name}, and delete them at the end; to do that: npm run test:endpoint -- --yes ${name}\n`,
    });
    expect(misnamed).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: --yes 127.0.0.1:1 does not name it: this would create 1 table on ${table}, and delete them at the end; to do that: npm run test:endpoint -- --yes ${table} --suite ledger\n`,
    });
    expect(onAws).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        new RegExp(` on 111122223333/${LOCAL_REGION}, .* --yes 111122223333/${LOCAL_REGION}\\n$`),
      ),
    });
    expect(nowhere).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^error: the environment names no endpoint: no AWS region: .*\n$/),
    });
    expect(await everything()).toEqual([SOMEBODY_ELSES]);
  });

  test('a suite that fails says where, and what it created is gone all the same', async () => {
    const { code, stdout, stderr } = await run(['--yes', table, '--suite', 'ledger', '--json'], {
      // Where only DynamoDB is run, nothing asks for SQS.
      AWS_ENDPOINT_URL_SQS: undefined,
    });
    const report = JSON.parse(stdout);
    const failed = report.tests.filter((each: { status: string }) => each.status !== 'passed');
    const laxity = 'a refused claim costs a read only where the item does not come with the refusal';
    expect(failed).toEqual([
      {
        suite: `the ledger on ${table}, the refusing item given with the refusal`,
        test: laxity,
        status: 'failed',
        duration_ms: expect.any(Number),
        failures: [expect.stringContaining('Expected: 0')],
      },
    ]);
    expect(report.passed).toBe(report.tests.length - 1);
    expect(report.passed).toBeGreaterThan(40);
    expect(code).toBe(1);
    expect(stderr).toContain(`FAILED the ledger on ${table}`);
    const created = { kind: 'table', name: expect.stringMatching(`^${NAME_PREFIX}[0-9a-f]{8}-ledger$`) };
    expect(report).toMatchObject({
      endpoint: table,
      failed: 1,
      created: [created],
      removed: [created],
      left: [],
    });
    expect(await everything()).toEqual([SOMEBODY_ELSES]);
  });

  test('what one test leaves behind is no failure of another', async () => {
    // Lax in one point again: the bad entry of a batch is taken, and stays on its queue.
    const lax = await startAlteringProxy(engines.sqsEndpoint, ({ operation, input }, forward) =>
      forward(
        operation === 'SendMessageBatch'
          ? JSON.parse(JSON.stringify(input).replaceAll('\\u0002', ''))
          : input,
      ),
    );
    const { host } = new URL(lax.endpoint);
    const { code, stdout } = await run(['--yes', host, '--suite', 'queue', '--json'], {
      AWS_ENDPOINT_URL_SQS: lax.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: undefined,
    });
    await lax.stop();
    const { tests, left } = JSON.parse(stdout);
    const failed = tests.filter((each: { status: string }) => each.status !== 'passed');
    expect(failed.map((each: { test: string }) => each.test)).toEqual([
      expect.stringContaining('a batch of ten is sent and deleted entry by entry'),
    ]);
    expect({ code, left }).toEqual({ code: 1, left: [] });
  });

  test('Ctrl-C ends the suites, and what they had created is gone', async () => {
    const ended = run(['--yes', queues, '--suite', 'queue'], { AWS_ENDPOINT_URL_DYNAMODB: undefined });
    await eventually(
      async () => (await everything()).find((each) => each.startsWith(NAME_PREFIX)),
      () => 'no queue was created',
    );
    running.interrupt();
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(stdout).toMatch(/created \d+ queues?, removed \d+ queues?\n$/);
    expect(await everything()).toEqual([SOMEBODY_ELSES]);
  });
});
