import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { synthesise } from '../../lib/synthesise.ts';
import { EXPORTS_FILE, readExports } from '../../local/exports-file.ts';
import { run } from '../../local/start/run.ts';
import { localTarget } from '../../operator/core/local-target.ts';
import { closeTarget, type Target } from '../../operator/core/target.ts';
import { runProgram } from '../../operator/program.ts';
import { capturedContext } from '../operator/support/captured-context.ts';
import { documentText, makeCdkProject, makeProject, temporaryFolder } from './code-blocks.ts';

const RECIPE = 'docs/recipe-handler.md';
const TEXT = documentText(RECIPE);
const INVOICE = '{"total":0}';

interface StandIn {
  readonly server: Server;
  readonly url: string;
  readonly calls: { readonly line: string; readonly headers: IncomingHttpHeaders; readonly body: string }[];
}

/** A service that answers everything alike. */
async function standIn(answered: string): Promise<StandIn> {
  const calls: StandIn['calls'] = [];
  const server = createServer(async (request, answer) => {
    const body = (await request.toArray()).join('');
    calls.push({ line: `${request.method} ${request.url}`, headers: request.headers, body });
    answer.end(answered);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, calls, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

let project: string;
let assembly: string;
beforeAll(async () => {
  project = await temporaryFolder();
  await makeProject(project, RECIPE);
  await makeCdkProject(project);
  assembly = await synthesise({ outDirectory: join(project, 'assembly'), projectDirectory: project });
});
afterAll(() => rm(project, { recursive: true }));

describe('the recipe, on a laptop', () => {
  const stopping = new AbortController();
  let billing: StandIn;
  let s3: StandIn;
  let running: Promise<void>;
  let target: Target;
  let text = '';
  let wrote: () => void = () => undefined;

  const said = async (words: string): Promise<void> => {
    while (!text.includes(words)) {
      await Promise.race([
        new Promise<void>((resolve) => {
          wrote = resolve;
        }),
        running.then(() => Promise.reject(new Error(`it ended:\n${text}`))),
      ]);
    }
  };
  const setVariables = (lines: string) => writeFile(join(project, '.env.local'), lines);

  beforeAll(async () => {
    [billing, s3] = await Promise.all([standIn(INVOICE), standIn('')]);
    const [, lines = ''] = /^cat > \.env\.local <<'END'\n(.*?)^END$/ms.exec(TEXT) ?? [];
    await setVariables(lines.replace('http://127.0.0.1:4500', billing.url));
    running = run({
      options: { port: 0, verbose: false, retryBaseSeconds: 1, retryMaxSeconds: 1 },
      directory: project,
      sourceDirectories: [join(project, 'app')],
      stopped: stopping.signal,
      colour: false,
      build: async () => assembly,
      write(more) {
        text += more;
        wrote();
      },
    });
    await said('Not run here');
    target = localTarget(await readExports(join(project, EXPORTS_FILE)));
  });
  afterAll(async () => {
    stopping.abort();
    await running;
    closeTarget(target);
    for (const { server } of [billing, s3]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  async function send(customer: string): Promise<string> {
    const captured = capturedContext({ directory: project });
    const parameters = ['send', 'connection.deleted', '--local', '--set', `customer_id=${customer}`];
    expect(await runProgram(parameters, captured.context)).toBe(0);
    return captured.stdout();
  }

  async function rows(): Promise<unknown> {
    const [, TableName = ''] = /--table-name (\S+)$/m.exec(TEXT) ?? [];
    return (await target.clients.dynamoDb.send(new ScanCommand({ TableName }))).Items;
  }

  test('the start says what is not run, in the words of the recipe, and misses nothing', () => {
    const lines = text.split('\n').filter((line) => /^ {2}(?:Not run|Missing)/.test(line));
    expect(lines).toEqual([expect.stringContaining('AWS::S3::Bucket')]);
    expect(TEXT).toContain(`\n${lines[0]}\n`);
  });

  test('an event ends as COMPLETED with its row in the table, and the service got the key', async () => {
    expect(await send('acme')).toMatch(/handler close-account completed\n.*COMPLETED/);
    expect(await rows()).toEqual([{ customer_id: { S: 'acme' }, closed_at: { S: expect.any(String) } }]);
    expect(billing.calls).toHaveLength(1);
    expect(billing.calls[0]).toMatchObject({
      line: 'POST /customers/acme/close',
      headers: { authorization: 'Bearer test-key', 'idempotency-key': expect.any(String) },
    });
  });

  test('with an emulator’s address the invoice is put there', async () => {
    await setVariables(
      `BILLING_URL=${billing.url}\nBILLING_API_KEY=other-key\nINVOICES_BUCKET=invoices\nAWS_ENDPOINT_URL_S3=${s3.url}\n`,
    );
    await said('the new code is running');
    expect(await send('a/b')).toContain('COMPLETED');
    expect(s3.calls.map(({ line }) => line)).toEqual([
      expect.stringMatching(/^PUT \/invoices\/a%252Fb\.json\?/),
    ]);
    expect(s3.calls[0]?.body).toContain(INVOICE);
  });
});

describe('the recipe, deployed', () => {
  test('lets the consumer read the secret, write to the table and put into the bucket, and no more', async () => {
    const name = (await readdir(assembly)).find((file) => file.endsWith('.template.json')) ?? '';
    const { Resources } = JSON.parse(await readFile(join(assembly, name), 'utf8'));
    const [, policy] = Object.entries<{ Properties: { PolicyDocument: { Statement: unknown[] } } }>(
      Resources,
    ).find(([id]) => /^ConsumerFunction.*DefaultPolicy/.test(id)) ?? ['', undefined];
    const own = policy?.Properties.PolicyDocument.Statement.filter((statement) =>
      /"(?:BillingApiKey|Accounts|Invoices)/.test(JSON.stringify(statement)),
    );
    expect(own).toMatchObject([
      { Action: expect.arrayContaining(['secretsmanager:GetSecretValue']) },
      { Action: 'dynamodb:PutItem' },
      { Action: expect.arrayContaining(['s3:PutObject']) },
    ]);
  });
});
