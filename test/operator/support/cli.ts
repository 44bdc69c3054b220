import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const projectDirectory = fileURLToPath(new URL('../../..', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** Working directory: where `.local/env` is looked for. */
  readonly directory: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Standard input, to its end; default empty. */
  readonly input?: string | Buffer;
  /** Called with each piece of standard output. */
  readonly onOutput?: (text: string, interrupt: () => void) => void;
  /** Called with each piece of standard error. */
  readonly onRemark?: (text: string) => void;
  /** Called once it runs, with what sends it a signal. */
  readonly onStart?: (kill: (signal: NodeJS.Signals) => void) => void;
}

/** A program of bin/ as a process of its own, in an environment without anybody's AWS configuration. */
export async function runBin(
  file: 'webhooks.ts' | 'demo.ts',
  args: readonly string[],
  { directory, environment = {}, input = '', onOutput, onRemark, onStart }: CliOptions,
): Promise<CliResult> {
  const child = spawn(process.execPath, ['--import', tsx, join(projectDirectory, 'bin', file), ...args], {
    cwd: directory,
    env: {
      PATH: process.env['PATH'],
      HOME: directory,
      // Not the test's own: tsx keeps there what it has compiled.
      TMPDIR: tmpdir(),
      AWS_EC2_METADATA_DISABLED: 'true',
      ...environment,
    },
  });
  onStart?.((signal) => child.kill(signal));
  child.stdin.end(input);
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
    onOutput?.(text, () => child.kill('SIGINT'));
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
    onRemark?.(text);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, ...output };
}

/** An empty directory below the system's one for temporary files. */
export function temporaryDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'operator-test-'));
}
