import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

export type RedisServer = Exclude<Awaited<ReturnType<typeof startRedis>>, undefined>;

/**
 * Debian's redis-server on a free port of the loopback, keeping nothing on disk.
 *
 * @returns undefined when there is none on this machine
 */
export async function startRedis() {
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), 'bench-redis-'));
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', [...args, '--dir', directory], { stdio: ['ignore', 'pipe', 'ignore'] });
  const started = await Promise.race([
    once(child, 'error').then(() => false),
    once(child, 'exit').then(() => false),
    ready(child.stdout),
  ]);
  if (!started) {
    await rm(directory, { recursive: true, force: true });
    return undefined;
  }
  const client = new Redis({ host: '127.0.0.1', port });
  return {
    port,
    /** An INFO field such as `used_cpu_user`. */
    async info(field: string): Promise<string> {
      const text = await client.info();
      return new RegExp(`^${field}:(.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
    },
    /** Jobs that BullMQ holds as waiting in this queue. */
    waiting: (queue: string): Promise<number> => client.llen(`bull:${queue}:wait`),
    async flush() {
      await client.flushall();
    },
    async stop() {
      client.disconnect();
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function ready(stdout: AsyncIterable<Buffer>): Promise<boolean> {
  for await (const chunk of stdout) {
    if (chunk.toString().includes('Ready to accept connections')) return true;
  }
  return false;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
