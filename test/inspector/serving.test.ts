import { spawn } from 'node:child_process';
import { readFile, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EXPORTS_FILE, readExports } from '../../local/exports-file.ts';
import { listenOnLoopback } from '../../local/loopback-server.ts';
import { runProgram } from '../../operator/program.ts';
import { capturedContext } from '../operator/support/captured-context.ts';
import { temporaryDirectory } from '../operator/support/cli.ts';
import { makeFixtureProject } from '../support/fixture-project.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** A program of bin/ that runs until it is told to stop. */
class Running {
  output = '';
  readonly ended: Promise<number | null>;
  readonly #child;
  readonly #waiting = new Set<() => void>();

  constructor(file: string, args: readonly string[], cwd: string) {
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
    const env = { PATH: process.env['PATH'], HOME: cwd, TMPDIR: cwd };
    this.#child = spawn(process.execPath, ['--import', tsx, join(PROJECT, 'bin', file), ...args], {
      cwd,
      env,
    });
    this.ended = new Promise((resolve) => this.#child.once('close', resolve));
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
        for (const check of this.#waiting) check();
      });
    }
  }

  /** The first group of the pattern, once the output fits it. */
  seen(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const found = pattern.exec(this.output);
        if (found !== null) resolve(found[1] ?? '');
      };
      void this.ended.then(() => reject(new Error(`it ended without ${pattern}: ${this.output}`)));
      this.#waiting.add(check);
      check();
    });
  }

  interrupt(): void {
    this.#child.kill('SIGINT');
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

describe('npm start, and inspect beside it', () => {
  let directory: string;
  let start: Running;
  beforeAll(async () => {
    directory = await temporaryDirectory();
    await makeFixtureProject(directory);
    start = new Running('start.ts', ['--port', '0', '--write'], directory);
    await start.seen(/Ctrl-C stops/);
  });
  afterAll(async () => {
    start?.kill();
    await rm(directory, { recursive: true, force: true });
  });

  test('the banner and the exports name the inspector, which may change things', async () => {
    const url = await start.seen(/Inspector {7}(\S+)\n/);
    const exportsFile = join(directory, EXPORTS_FILE);
    expect((await readExports(exportsFile))['INSPECTOR_URL']).toBe(url);
    expect((await stat(exportsFile)).mode & 0o777).toBe(0o600);
    const page = await fetch(url);
    expect(page.status).toBe(200);
    const text = await page.text();
    expect(text).toContain('Can change');
    // Every service of the local run answers it.
    expect(text).not.toContain('class="notice bad"');
  });

  test('inspect prints its address alone, reads only, and ends with 0 on Ctrl-C', async () => {
    const inspect = new Running('webhooks.ts', ['inspect', '--local', '--json'], directory);
    const { url } = JSON.parse(await inspect.seen(/^(\{"url":"[^"]+"\})\n/));
    expect(await (await fetch(url)).text()).toContain('Read-only');
    inspect.interrupt();
    expect(await inspect.ended).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
    expect(inspect.output).toBe(`{"url":"${url}"}\nRead-only on the local run; Ctrl-C stops it.\n`);
  });

  test('a port that is taken or none, and no target: one line and an exit code', async () => {
    const run = async (...args: string[]) => {
      const { context, stderr } = capturedContext({ directory });
      return { code: await runProgram(['inspect', ...args], context), stderr: stderr() };
    };
    const taken = await listenOnLoopback(() => undefined);
    const refused = await run('--local', '--port', String(taken.port));
    await taken.close();
    expect(refused).toEqual({
      code: 1,
      stderr: `error: port ${taken.port} is taken: choose another with --port, or any free one with --port 0\n`,
    });
    expect(await run('--local', '--port', '70000')).toMatchObject({ code: 2 });
    expect(await run('--port', '0')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('name one target'),
    });
  });

  test('Ctrl-C ends npm start with 0, inspector and exports gone', async () => {
    const url = await start.seen(/Inspector {7}(\S+)\n/);
    start.interrupt();
    expect(await start.ended).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
    await expect(readFile(join(directory, EXPORTS_FILE))).rejects.toThrow('ENOENT');
    expect(start.output).not.toMatch(/warning|fault|failed/i);
  });
});
