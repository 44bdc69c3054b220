import { readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { samples } from '../../lambdas/events/samples.ts';
import { runProgram } from '../../operator/program.ts';
import { makeProject, temporaryFolder } from '../docs/code-blocks.ts';
import { capturedContext } from './support/captured-context.ts';

const NAIVE = `
import { EventRouter, createConsumerHandler, RetryAfterError } from 'supaglue-webhooks-aws/handlers';
const post = (path: string, init: RequestInit) => fetch(process.env['BILLING'] + path, { method: 'POST', ...init });
const router = new EventRouter()
  .on('sync.complete', 'naive', async ({ signal, attempt }) => {
    if (attempt === 1) throw new RetryAfterError(7);
    await post('/pause', { signal });
  })
  .on('sync.paused', 'deaf', async ({ idempotencyKey }) => void (await post('/pause', { body: idempotencyKey })))
  .on('connection.created', 'changing', ({ event }) => void Object.assign(event, { customer_id: 'me' }));
export const handler = createConsumerHandler(router);
`;

let project: string;
beforeAll(async () => {
  project = await temporaryFolder();
  await makeProject(project, 'README.md');
  await writeFile(join(project, 'app/naive.ts'), NAIVE);
  await writeFile(join(project, '.env.local'), 'BILLING=https://billing.example.com\n');
});
afterAll(() => rm(project, { recursive: true }));

async function faults(...args: readonly string[]) {
  const { context, stdout, stderr } = capturedContext({ directory: project, environment: process.env });
  const exitCode = await runProgram(['faults', ...args], context);
  return { exitCode, stdout: stdout(), stderr: stderr() };
}

describe('supaglue-webhooks faults', () => {
  test('the README’s handler is clean', async () => {
    const { exitCode, stdout, stderr } = await faults('pause-billing');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const url = 'https://billing.example.com/customers/example-customer/pause';
    expect(stdout.replace(/\s+/g, ' ')).toContain('pause-billing, connection.deleted CRASH THEN before POST');
    expect(stdout.replace(/\s+/g, ' ')).toContain('repeats it with the same key: fine');
    expect(stdout.replace(/\s+/g, '')).toContain(url);
    expect(await readdir(join(project, '.local'))).toEqual([]);
  });

  test('each fault of a handler is told, and fails', async () => {
    const { exitCode, stdout } = await faults('--handlers', 'app/naive.ts', '--json');
    expect(exitCode).toBe(1);
    const reports: { handler: string; findings: { kind: string }[] }[] = JSON.parse(stdout);
    expect(reports.map(({ handler, findings }) => [handler, findings.map(({ kind }) => kind)])).toEqual([
      ['naive', ['repeats-without-key', 'swallows-error']],
      ['deaf', ['ignores-signal', 'swallows-error']],
      ['changing', ['mutates-event']],
    ]);
  });

  test('only what is asked for, with an event of a file', async () => {
    await writeFile(join(project, 'event.json'), JSON.stringify(samples['sync.paused']));
    const { stdout } = await faults('--handlers', 'app/naive.ts', '--file', 'event.json', '--json');
    expect(JSON.parse(stdout)).toMatchObject([{ handler: 'deaf', type: 'sync.paused' }]);
    expect(await faults('nobody')).toMatchObject({
      exitCode: 1,
      stderr: 'error: no handler nobody of any type\n',
    });
    expect(await faults('--file', 'missing.json')).toMatchObject({ exitCode: 1 });
    expect(await faults('--file', 'a', '--type', 'b')).toMatchObject({ exitCode: 2 });
    expect(await faults('--handlers', 'app/stack.ts')).toMatchObject({ exitCode: 1 });
  });

  test('nothing leaves the machine, unless it is to', async () => {
    const calls: string[] = [];
    const server = createServer((request, response) => {
      calls.push(request.url ?? '');
      response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await writeFile(join(project, '.env.local'), `BILLING=http://127.0.0.1:${port}\n`);
    const args = ['naive', '--handlers', 'app/naive.ts'];
    expect(await faults(...args)).toMatchObject({ exitCode: 1 });
    expect(calls).toEqual([]);
    expect(await faults(...args, '--live')).toMatchObject({ exitCode: 1 });
    expect(calls.length).toBeGreaterThan(2);
    server.closeAllConnections();
    server.close();
  });
});
