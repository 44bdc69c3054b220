import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BUNDLES_VARIABLE } from '../../lib/function-code.ts';
import { projectDirectory } from '../../lib/project-paths.ts';
import { SynthesisError, synthesise } from '../../lib/synthesise.ts';
import { FIXTURE_PROGRAM } from '../fixtures/fixture-app.ts';
import { standInBundles } from './synthesised-stack.ts';

let directory: string;
let bundles: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'webhook-app-'));
  bundles = await standInBundles(join(directory, 'bundles'));
});
afterAll(() => rm(directory, { recursive: true }));

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** As on a machine without an AWS account: no credentials, no region, no settings at home. */
function run(command: string, args: readonly string[], environment: Record<string, string>): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: projectDirectory,
      env: { PATH: process.env['PATH'], HOME: directory, ...environment },
    });
    const text = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      text.stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      text.stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...text }));
  });
}

const app = (context: Record<string, unknown>, bundleDirectory = bundles) =>
  run(process.execPath, ['--import', 'tsx', FIXTURE_PROGRAM], {
    CDK_OUTDIR: join(directory, 'refused'),
    CDK_CONTEXT_JSON: JSON.stringify(context),
    [BUNDLES_VARIABLE]: bundleDirectory,
  });

describe('an app', () => {
  test('each problem of the context is one line, and there is no assembly', async () => {
    const context = { maxConcurrency: '1', maxConcurency: '4', alertEmail: 'nobody' };
    const stderr = [
      'maxConcurency is not a configuration key: did you mean maxConcurrency?',
      'alertEmail=nobody is not allowed: it takes an email address',
      'maxConcurrency=1 is not allowed: it takes a whole number from 2 to 1000',
      '',
    ].join('\n');
    expect(await app(context)).toEqual({ code: 1, stdout: '', stderr });
    await expect(readdir(join(directory, 'refused'))).resolves.toEqual([]);
  });

  test('says what is missing where the bundles are given and are not there', async () => {
    const { code, stderr } = await app({}, join(directory, 'nowhere'));
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^\S+nowhere\/ingest\/index\.mjs is missing: SUPAGLUE_WEBHOOKS_BUNDLES names its folder\n$/,
    );
  });
});

describe('synthesise', () => {
  test('gives the directory of the assembly with both functions’ code', async () => {
    const outDirectory = join(directory, 'assembly');
    await expect(
      synthesise({ outDirectory, bundleDirectory: bundles, program: FIXTURE_PROGRAM }),
    ).resolves.toBe(outDirectory);
    const files = await readdir(outDirectory);
    expect(files).toEqual(expect.arrayContaining(['manifest.json', 'SupaglueWebhooks-prod.template.json']));
    expect(files.filter((file) => file.startsWith('asset.'))).toHaveLength(2);
  });

  test('rejects with the line that the app wrote', async () => {
    const failure = synthesise({
      outDirectory: directory,
      bundleDirectory: bundles,
      program: FIXTURE_PROGRAM,
      context: { batchSize: 99 },
    });
    await expect(failure).rejects.toThrow(SynthesisError);
    await expect(failure).rejects.toThrow(
      /^batchSize=99 is not allowed: it takes a whole number from 1 to 10$/,
    );
  });
});

describe('the CDK CLI', () => {
  test('synthesises without account, credentials or a word on stderr', async () => {
    const output = join(directory, 'by-cli');
    const { code, stdout, stderr } = await run(
      process.execPath,
      // Another build: dist stays as it is, for another process may be running from it.
      ['node_modules/aws-cdk/bin/cdk', 'synth', '--output', output, '--build', 'true'],
      { [BUNDLES_VARIABLE]: bundles },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Description: "Receives Supaglue webhooks/);
    await expect(readdir(output)).resolves.toContain('SupaglueWebhooks-prod.template.json');
  });
});
