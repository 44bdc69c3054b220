import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { eventually } from '../suites/eventually.ts';
import { killGroup } from '../support/kill-group.ts';

export const EMULATOR_ACCOUNT = '000000000000';
export const EMULATOR_REGION = 'us-east-1';
/** Loading its ninety services takes a second or two. */
const START_MS = 60_000;

export interface Emulator {
  readonly endpoint: string;
  /** What AWS's own tools and SDKs need to work on it, and on nothing else. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ends it with the functions that it has started. */
  stop(): Promise<void>;
}

/**
 * Starts MiniStack, which is Python's: `pip install ministack==1.5.33`. It listens on loopback alone and keeps
 * everything below the directory.
 *
 * @param program - its command, on the PATH or with a path
 */
export async function startEmulator(program: string, directory: string): Promise<Emulator> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const environment = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: EMULATOR_REGION,
    AWS_DEFAULT_REGION: EMULATOR_REGION,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
  const home = join(directory, 'emulator');
  await mkdir(home);
  const child = spawn(program, [], {
    cwd: home,
    // A group of its own: the functions run in processes that it starts.
    detached: true,
    stdio: 'ignore',
    env: {
      ...environment,
      PATH: process.env['PATH'],
      HOME: home,
      TMPDIR: home,
      STATE_DIR: join(home, 'state'),
      S3_DATA_DIR: join(home, 's3'),
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      // The host of queue URLs: the one that the tools talk to.
      MINISTACK_HOST: '127.0.0.1',
      MINISTACK_REGION: EMULATOR_REGION,
      MINISTACK_ACCOUNT_ID: EMULATOR_ACCOUNT,
    },
  });
  let ended: string | undefined;
  const closed = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      ended = error.message;
      resolve();
    });
    child.once('close', (code, cause) => {
      ended ??= `it ended with ${code ?? cause}`;
      resolve();
    });
  });
  await eventually(
    async () => {
      if (ended !== undefined) throw new Error(`${program} does not start: ${ended}`);
      return await fetch(endpoint).then(
        () => true,
        () => undefined,
      );
    },
    () => `${program} answers at ${endpoint}`,
    START_MS,
  );
  return {
    endpoint,
    environment,
    async stop() {
      if (ended === undefined) killGroup(child, 'SIGTERM');
      await closed;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
