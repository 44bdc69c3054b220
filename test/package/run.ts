import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectDirectory } from '../../lib/project-paths.ts';

// `npm run test:package`: packs, makes a project outside of the checkout, installs the tarball, and does there what a
// user does. Ends with `N passed, N failed`, which .ci/run counts among the tests.

const execute = promisify(execFile);
const FRAMEWORK = /^(?:lambdas|lib|local|operator|bench|release)\//;
/** Nothing of development belongs into the package. */
const FOREIGN = /(?:^|\/)(?:test|tests|fixtures|bench|release|node_modules)\/|\.test\.|\.map$|\.tsbuildinfo$/;

let passed = 0;
const failures: string[] = [];
const directory = await mkdtemp(join(tmpdir(), 'supaglue-webhooks-package-'));
const project = join(directory, 'project');

/** npm's own variables name the checkout's settings; a user's shell has none of them. */
const environment = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(?!config_(?:registry|cache|cafile)$)/i.test(name)),
  ),
  // Nothing that the commands need may be left out for it.
  NODE_ENV: 'production',
};

async function run(command: string, args: readonly string[], cwd = project): Promise<string> {
  const { stdout } = await execute(command, [...args], {
    cwd,
    env: environment,
    maxBuffer: 64 * 1024 * 1024,
    // A guard against hanging.
    timeout: 300_000,
  });
  return stdout;
}

async function check(name: string, work: () => Promise<void>): Promise<void> {
  const startedAtMs = performance.now();
  try {
    await work();
    passed += 1;
    process.stdout.write(`✓ ${name}  ${((performance.now() - startedAtMs) / 1000).toFixed(1)} s\n`);
  } catch (error) {
    failures.push(name);
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
    process.stdout.write(`✗ ${name}\n${String(error)}\n${stdout.slice(-4_000)}${stderr.slice(-4_000)}\n`);
  }
}

function expectThat(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

async function pack(...args: readonly string[]): Promise<string> {
  const packed = await run('node', ['--import', 'tsx', 'release/pack.ts', ...args], projectDirectory);
  return packed.trim().split('\n').at(-1) ?? '';
}

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string }>>;
}

async function templateOf(cwd: string): Promise<Template> {
  const output = join(directory, 'assembly');
  await rm(output, { recursive: true, force: true });
  await run('npx', ['cdk', 'synth', '--quiet', '--output', output], cwd);
  return JSON.parse(await readFile(join(output, 'SupaglueWebhooks-prod.template.json'), 'utf8'));
}

const logicalIds = ({ Resources }: Template): string =>
  JSON.stringify(Object.entries(Resources).map(([id, { Type }]) => [id, Type]));

/** README's blocks of TypeScript, by the file that their first line names. */
async function readmeBlock(file: string): Promise<string> {
  const readme = await readFile(join(projectDirectory, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block = '']) => block);
  const found = blocks.find((block) => block.startsWith(`// ${file}`));
  if (found === undefined) throw new Error(`README.md has no block of ${file}`);
  return found;
}

/** Starts the local cloud, sends an event and waits for its end. */
async function sendToTheEnd(): Promise<string> {
  // Not by npx: it does not hand a signal on.
  const program = join(project, 'node_modules/.bin/supaglue-webhooks');
  const child = spawn(process.execPath, [program, 'start', '--port', '0'], {
    cwd: project,
    env: environment,
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  try {
    await new Promise<void>((resolve, reject) => {
      let text = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (more: string) => {
          text += more;
          if (text.includes('Ctrl-C stops')) resolve();
        });
      }
      child.once('close', () => reject(new Error(`it ended early:\n${text}`)));
    });
    const sent = await run('npx', ['supaglue-webhooks', 'send', 'sync.complete', '--local', '--json']);
    return String(JSON.parse(sent).end);
  } finally {
    child.kill('SIGINT');
    await ended;
  }
}

try {
  const tarball = await pack();
  const before = await pack('--version', '0.0.1');
  await mkdir(project);

  await check('the package holds what belongs into it', async () => {
    const listed = (await run('tar', ['-tzf', tarball], directory)).split('\n').map((path) => path.slice(8));
    const foreign = listed.filter((path) => FOREIGN.test(path) && !path.includes('/init/template/'));
    expectThat(foreign.length === 0, `it holds ${foreign.join(', ')}`);
  });
  await check('init makes a project that holds no file of the framework', async () => {
    await rm(project, { recursive: true });
    await run('npx', ['--yes', '--package', before, 'supaglue-webhooks', 'init', 'project'], directory);
    const files = (await readdir(project, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(project.length + 1));
    expectThat(files.length > 10, `only ${files.length} files`);
    expectThat(
      !files.some((file) => FRAMEWORK.test(file)),
      `of the framework: ${files.filter((file) => FRAMEWORK.test(file))}`,
    );
  });
  await check('npm install', async () => {
    await run('npm', ['install', '--no-audit', '--no-fund', before]);
  });
  await check('npm test: types and tests', async () => {
    await run('npm', ['test']);
  });
  await check('the test kit, in node:test', async () => {
    const path = join(project, 'kit.test.mjs');
    await writeFile(
      path,
      `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventRouter } from 'supaglue-webhooks-aws/handlers';
import { exploreCrashes, sample } from 'supaglue-webhooks-aws/testing';
test('a double effect is found', async () => {
  const router = new EventRouter().on('sync.complete', 'own', async ({ signal }) => {
    const { ok } = await fetch('https://billing.example.com/', { method: 'POST', signal });
    if (!ok) throw new Error('down');
  });
  const { findings } = await exploreCrashes(router, sample('sync.complete'));
  assert.deepEqual(findings.map(({ kind }) => kind), ['repeats-without-key']);
});
`,
    );
    await run('node', ['--test', path]);
    await rm(path);
    const faults = JSON.parse(
      await run('npx', ['supaglue-webhooks', 'faults', '--type', 'sync.complete', '--json']),
    );
    expectThat(faults[0]?.handler === 'alert-on-sync-error', JSON.stringify(faults));
  });
  await check('start, and send to COMPLETED', async () => {
    const end = await sendToTheEnd();
    expectThat(end === 'COMPLETED', `it ended as ${end}`);
  });
  await check("cdk synth has the logical ids of this checkout's stack", async () => {
    const [made, here] = [await templateOf(project), await templateOf(projectDirectory)].map(logicalIds);
    expectThat(made === here, `${made}\nhere ${here}`);
  });
  await check("README's handler, added as it says", async () => {
    await mkdir(join(project, 'app/handlers'), { recursive: true });
    await writeFile(
      join(project, 'app/handlers/pause-billing.ts'),
      await readmeBlock('app/handlers/pause-billing.ts'),
    );
    const path = join(project, 'app/handlers.ts');
    const handlers = await readFile(path, 'utf8');
    await writeFile(
      path,
      `import { pauseBilling } from './handlers/pause-billing.ts';\n${handlers.replace(
        '\nexport const handler',
        "\nrouter.on('connection.deleted', 'pause-billing', pauseBilling);\n\nexport const handler",
      )}`,
    );
    await run('npm', ['test']);
    const template = JSON.stringify(await templateOf(project));
    expectThat(template.includes('pause-billing'), 'the template does not tell the new handler');
  });
  await check('an update to this version, with an app/ that was changed', async () => {
    const own = join(directory, 'own');
    await cp(join(project, 'app'), own, { recursive: true });
    const idsBefore = logicalIds(await templateOf(project));
    await run('npm', ['install', '--no-audit', '--no-fund', tarball]);
    await run('npm', ['test']);
    expectThat(logicalIds(await templateOf(project)) === idsBefore, 'logical ids changed');
    await run('diff', ['--recursive', own, join(project, 'app')]);
    const end = await sendToTheEnd();
    expectThat(end === 'COMPLETED', `it ended as ${end}`);
  });
} finally {
  await rm(directory, { recursive: true, force: true });
}

await mkdir(join(projectDirectory, '.test-results'), { recursive: true });
// Not called package.json: that would make the folder a package of its own to whatever resolves imports there.
await writeFile(
  join(projectDirectory, '.test-results/package-test.json'),
  JSON.stringify({ passed, failed: failures.length }),
);
process.stdout.write(`${passed} passed, ${failures.length} failed\n`);
process.exitCode = failures.length === 0 ? 0 : 1;
