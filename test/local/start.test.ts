import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { sign } from '../../lambdas/ingest/signature.ts';
import { EXPORTS_FILE, readExports } from '../../local/exports-file.ts';
import type { JsonRecord } from '../../local/json.ts';
import { run } from '../../local/start/run.ts';
import { assembly } from '../support/assembly.ts';
import { makeFixtureProject } from '../support/fixture-project.ts';
import { patienceMs } from '../support/slowness.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'start-'));
  await makeFixtureProject(directory);
});
afterEach(() => rm(directory, { recursive: true }));

/** Collects text and lets a test wait until some of it has come. */
class Output {
  text = '';
  readonly #waiting = new Set<() => void>();

  write(text: string): void {
    this.text += text;
    for (const check of this.#waiting) check();
  }

  seen(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no ${pattern} in:\n${this.text}`)),
        patienceMs(90_000),
      );
      const check = (): void => {
        const found = pattern.exec(this.text);
        if (found === null) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve(found);
      };
      this.#waiting.add(check);
      check();
    });
  }
}

function post(url: string, secret: string, id: string, fields: object = {}): Promise<Response> {
  const body = JSON.stringify({ webhook_event_type: 'supaglue-webhooks.ping', ...fields });
  const timestampSeconds = Math.floor(Date.now() / 1000);
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'svix-id': id,
      'svix-timestamp': String(timestampSeconds),
      'svix-signature': sign({ id, timestampSeconds, body: Buffer.from(body), secret }),
    },
    body,
  });
}

/** A copy of an assembly whose synthesis warned. */
async function warnedAssembly(source: string, data: string): Promise<string> {
  const copy = join(directory, 'warned');
  await cp(source, copy, { recursive: true });
  const path = join(copy, 'manifest.json');
  const manifest = JSON.parse(await readFile(path, 'utf8'));
  for (const artifact of Object.values<JsonRecord>(manifest.artifacts)) {
    if (artifact['type'] === 'aws:cloudformation:stack')
      artifact['additionalMetadataFile'] = 'warned.metadata.json';
  }
  await writeFile(path, JSON.stringify(manifest));
  const metadata = { '/Stack/Webhooks': [{ type: 'aws:cdk:warning', data }] };
  await writeFile(join(copy, 'warned.metadata.json'), JSON.stringify(metadata));
  return copy;
}

describe('a run', () => {
  test('tells the way of a webhook, follows changes, and leaves nothing behind', async () => {
    const source = await assembly();
    const warned = await warnedAssembly(source, 'the handlers do not load');
    const sourceDirectory = join(directory, 'lambdas');
    await mkdir(join(sourceDirectory, 'handlers'), { recursive: true });
    const output = new Output();
    const stopping = new AbortController();
    let builds = 0;
    const running = run({
      options: { port: 0, verbose: false },
      directory,
      sourceDirectories: [sourceDirectory],
      stopped: stopping.signal,
      colour: false,
      write: (text) => output.write(text),
      typeCheck: async () => (builds < 2 ? 'app/handlers.ts(3,7): error TS2322: no' : undefined),
      async build() {
        builds += 1;
        if (builds === 2) throw new Error('handlers/new.ts:1: it does not compile');
        return builds === 1 ? source : warned;
      },
    });

    await output.seen(/Ctrl-C stops/);
    const { WEBHOOK_URL = '', WEBHOOK_SECRET = '' } = await readExports(join(directory, EXPORTS_FILE));
    expect(output.text).toContain(WEBHOOK_URL);
    expect(output.text).toContain(WEBHOOK_SECRET);
    expect((await post(WEBHOOK_URL, WEBHOOK_SECRET, 'msg_1')).status).toBe(200);
    await output.seen(/✓ POST \/webhooks 200 accepted msg_1/);
    await output.seen(/✓ supaglue-webhooks\.ping msg_1 COMPLETED/);

    await post(WEBHOOK_URL, WEBHOOK_SECRET, 'msg_2', { fail_permanently: true });
    await output.seen(
      /✗ supaglue-webhooks\.ping msg_2 dead-lettered \(permanent\): ping: NonRetryableError: /,
    );
    expect(output.text.match(/dead-lettered/g)).toHaveLength(1);

    expect(output.text).toContain('app/handlers.ts(3,7): error TS2322: no\ncdk deploy will refuse this');
    await writeFile(join(sourceDirectory, 'handlers/new.ts'), 'broken');
    await output.seen(/it does not compile\nthe old code keeps running/);
    await writeFile(join(sourceDirectory, 'handlers/new.ts'), 'mended');
    await output.seen(/the new code is running\n {2}Warning {9}\/Stack\/Webhooks: the handlers do not load/);
    expect(builds).toBe(3);

    stopping.abort();
    await running;
    expect(output.text).toContain(
      "lost with this run's memory: accepted events that wait (0), dead letters (1)",
    );
    await expect(fetch(WEBHOOK_URL)).rejects.toThrow();
    await expect(readExports(join(directory, EXPORTS_FILE))).rejects.toThrow('no local run found');
  });
});

describe('the process', () => {
  let child: ChildProcess | undefined;
  afterEach(() => {
    child?.kill('SIGKILL');
  });

  function start(...parameters: string[]) {
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
    const program = fileURLToPath(new URL('../../bin/start.ts', import.meta.url));
    const started = spawn(process.execPath, ['--import', tsx, program, ...parameters], { cwd: directory });
    child = started;
    const output = new Output();
    started.stdout.setEncoding('utf8').on('data', (text: string) => output.write(text));
    started.stderr.setEncoding('utf8').on('data', (text: string) => output.write(text));
    const ended = new Promise<number | null>((resolve) => started.once('close', resolve));
    return { started, output, ended };
  }

  test('ends with 0 on Ctrl-C, also when it is told twice, and frees its port', async () => {
    const { started, output, ended } = start('--port', '0');
    const [, url = ''] = await output.seen(/Webhook URL +(\S+)/);
    await output.seen(/Ctrl-C stops/);
    await expect(fetch(url)).resolves.toHaveProperty('status', 404);
    started.kill('SIGINT');
    started.kill('SIGINT');
    expect(await ended).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
    await expect(readdir(join(directory, '.local'))).resolves.toEqual(['signing-secret']);
    expect(output.text).not.toMatch(/warning/i);
  });

  test('Ctrl-C during the build ends the build too, and leaves nothing', async () => {
    const { started, output, ended } = start('--port', '0');
    await output.seen(/building the stack/);
    started.kill('SIGINT');
    await output.seen(/stopping …/);
    expect(await ended).toBe(0);
    expect(output.text).not.toMatch(/Webhook URL|error/i);
    await expect(readdir(join(directory, '.local'))).resolves.toEqual([]);
  });

  test('says which port is taken, and ends with 1', async () => {
    const blocker: Server = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const { port } = blocker.address() as AddressInfo;
    try {
      const { output, ended } = start('--port', String(port));
      expect(await ended).toBe(1);
      expect(output.text).toMatch(
        new RegExp(`^port ${port} is taken: choose another with --port, or any free one with --port 0$`, 'm'),
      );
      await expect(readdir(join(directory, '.local'))).resolves.toEqual([]);
    } finally {
      blocker.close();
    }
  });

  test('ends with 2 for a wrong option', async () => {
    const { output, ended } = start('--port', 'many');
    expect(await ended).toBe(2);
    expect(output.text).toMatch(/^error: option '--port <number>' argument 'many' is invalid/);
  });
});
