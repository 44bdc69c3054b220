import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, watch, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BUNDLES_VARIABLE, MINIFY_VARIABLE } from '../../lib/function-code.ts';
import { projectDirectory } from '../../lib/project-paths.ts';
import { SynthesisError, type SynthesiseOptions, synthesise } from '../../lib/synthesise.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'webhook-synthesise-'));
});
afterAll(() => rm(directory, { recursive: true }));

let projects = 0;
/** A directory with this cdk.json, or none. */
async function project(settings?: object): Promise<string> {
  const root = join(directory, `project-${++projects}`);
  await mkdir(root);
  if (settings !== undefined) await writeFile(join(root, 'cdk.json'), JSON.stringify(settings));
  return root;
}
async function program(source: string): Promise<string> {
  const file = join(directory, `program-${++projects}.ts`);
  await writeFile(file, source);
  return file;
}
const inProject = (options: Partial<SynthesiseOptions>) =>
  synthesise({ outDirectory: join(directory, 'out'), projectDirectory: directory, ...options });
const failureOf = (options: Partial<SynthesiseOptions>) =>
  inProject(options).then(
    () => 'synthesised',
    (error: unknown) => error,
  );

/** An app that writes down how it was run. */
const TELLS = `
  import { writeFileSync } from 'node:fs';
  const { CDK_OUTDIR, CDK_CONTEXT_JSON, CDK_VALIDATION, ${MINIFY_VARIABLE}, ${BUNDLES_VARIABLE} } = process.env;
  writeFileSync('told.json', JSON.stringify({
    out: CDK_OUTDIR, context: JSON.parse(CDK_CONTEXT_JSON ?? ''), validation: CDK_VALIDATION,
    minify: ${MINIFY_VARIABLE}, bundles: ${BUNDLES_VARIABLE},
  }));`;
const told = async (root: string) => JSON.parse(await readFile(join(root, 'told.json'), 'utf8'));

describe('an app', () => {
  test('is that of cdk.json, run with its context and what is added to it', async () => {
    await program(TELLS);
    const root = await project({
      app: `node told.mjs && echo shell > shell.txt`,
      context: { a: '1', b: '2' },
    });
    await writeFile(join(root, 'told.mjs'), TELLS);
    const out = join(directory, 'assembly');
    expect(await inProject({ projectDirectory: root, outDirectory: out, context: { b: '3', c: '4' } })).toBe(
      out,
    );
    expect(await told(root)).toEqual({
      ...{ out, context: { a: '1', b: '3', c: '4' }, validation: 'false', minify: 'true', bundles: '' },
    });
    expect(await readFile(join(root, 'shell.txt'), 'utf8')).toBe('shell\n');
  });

  test('is another program, for a debugger and over given bundles', async () => {
    const root = await project();
    const options = { projectDirectory: root, program: await program(TELLS), minify: false };
    await inProject({ ...options, bundleDirectory: join(directory, 'x', '..', 'bundles') });
    expect(await told(root)).toMatchObject({
      ...{ context: {}, minify: 'false', bundles: join(directory, 'bundles') },
    });
  });

  test.each([[undefined], [{ context: {} }]])('has to be named by cdk.json: %j', async (settings) => {
    const root = await project(settings);
    expect(await failureOf({ projectDirectory: root })).toEqual(
      new SynthesisError(`${join(root, 'cdk.json')} names no app: run this in a CDK project`),
    );
  });

  test.each([
    ["process.stderr.write('\\n  a setting is wrong\\n'); process.exit(1);", 'a setting is wrong'],
    ['process.exit(4);', 'the CDK app ended with 4'],
    ["process.kill(process.pid, 'SIGKILL');", 'the CDK app ended with SIGKILL'],
  ])('that fails says why: %s', async (source, message) => {
    const failure = await failureOf({ program: await program(source) });
    expect(failure).toBeInstanceOf(SynthesisError);
    expect(failure).toMatchObject({ name: 'SynthesisError', message });
  });

  test('that says a lot is not held up', async () => {
    const loud = await program("process.stdout.write('x'.repeat(1_000_000), () => process.exit(0));");
    expect(await failureOf({ program: loud })).toBe('synthesised');
  });

  test('that cannot be started is a failure', async () => {
    const gone = join(directory, 'gone');
    expect(await failureOf({ projectDirectory: gone, program: 'none.ts' })).toMatchObject({ code: 'ENOENT' });
  });
});

describe('when it is ended early', () => {
  test('the app and what it has started end, and the reason comes out', async () => {
    // Its child holds the pipe of its errors, too: nothing comes out before both have ended.
    const source = `
      import { spawn } from 'node:child_process';
      import { writeFileSync } from 'node:fs';
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
      child.once('spawn', () => writeFileSync('../started', ''));
      setInterval(() => {}, 1000);`;
    const stop = new AbortController();
    const root = await project();
    const started = appearance('started');
    const options = { projectDirectory: root, program: await program(source), signal: stop.signal };
    const ended = failureOf(options);
    await started;
    stop.abort(new Error('no longer wanted'));
    expect(await ended).toEqual(new Error('no longer wanted'));
  });

  test('before it was begun, it does not come to its end', async () => {
    const signal = AbortSignal.abort(new Error('no longer wanted'));
    const root = await project();
    const late = await program('setInterval(() => {}, 1000);');
    expect(await failureOf({ projectDirectory: root, program: late, signal })).toEqual(
      new Error('no longer wanted'),
    );
  });

  test('after the app has ended, when what it wrote is still to be read, the reason comes out', async () => {
    // What it leaves, in a group of its own, holds the pipe: as long as wanted in place of a moment.
    const source = `
      import { spawn } from 'node:child_process';
      import { writeFileSync } from 'node:fs';
      const code = "setInterval(() => { if (require('node:fs').existsSync('../let-go')) process.exit(); }, 20)";
      const left = spawn(process.execPath, ['-e', code], { stdio: 'inherit', detached: true });
      left.once('spawn', () => {
        writeFileSync('../app.pid', String(process.pid));
        process.exit(0);
      });`;
    const stop = new AbortController();
    const root = await project();
    const ended = failureOf({
      projectDirectory: root,
      program: await program(source),
      signal: stop.signal,
    });
    const pid = await groupEnded(join(directory, 'app.pid'));
    expect(pid).toBeGreaterThan(1);
    stop.abort(new Error('no longer wanted'));
    await writeFile(join(directory, 'let-go'), '');
    expect(await ended).toEqual(new Error('no longer wanted'));
  });

  /** Resolves once no process of the group whose leader's id is in that file is left. */
  async function groupEnded(file: string): Promise<number> {
    for (;;) {
      await delay(10);
      const pid = Number(await readFile(file, 'utf8').catch(() => '0'));
      try {
        if (pid > 0) process.kill(-pid, 0);
      } catch {
        return pid;
      }
    }
  }

  async function appearance(name: string): Promise<void> {
    for await (const { filename } of watch(directory)) if (filename === name) return;
  }
});

describe('the program of an app', () => {
  const construct = JSON.stringify(join(projectDirectory, 'lib/construct.ts'));
  const running = (body: string) => `import { runApp, StackConfigError } from ${construct}; ${body}`;

  test('writes an assembly without the report of its use that the CLI asks for', async () => {
    const cdk = (part: string) =>
      JSON.stringify(join(projectDirectory, 'node_modules/aws-cdk-lib', part, 'index.js'));
    const source = running("runApp((app) => void new CfnQueue(new Stack(app, 'Mine'), 'Queue'));");
    const out = await inProject({
      program: await program(
        `import { Stack } from ${cdk('core')}; import { CfnQueue } from ${cdk('aws-sqs')}; ${source}`,
      ),
      context: { 'aws:cdk:version-reporting': true },
    });
    const template = JSON.parse(await readFile(join(out, 'Mine.template.json'), 'utf8'));
    expect(Object.keys(template.Resources)).toEqual(['Queue']);
  });

  test('ends with the lines that are for people, and no assembly', async () => {
    const source = running(
      "runApp(() => { throw new StackConfigError(['one is wrong', 'two is wrong']); });",
    );
    const outDirectory = join(directory, 'refused');
    expect(await failureOf({ outDirectory, program: await program(source) })).toMatchObject({
      message: expect.stringMatching(/one is wrong[\s\S]*two is wrong$/),
    });
    expect(existsSync(join(outDirectory, 'manifest.json'))).toBe(false);
  });

  test('shows where another error comes from', async () => {
    const source = running("runApp(() => { throw new TypeError('a mistake of the app'); });");
    expect(await failureOf({ program: await program(source) })).toMatchObject({
      message: expect.stringMatching(/TypeError: a mistake of the app\n +at /),
    });
  });
});
