import { execFile } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type SourceWatcher, watchSources } from '../../local/start/watch.ts';

test('a watcher that fails is told once and ends the watching, not the process', async () => {
  const happened: string[] = [];
  const native = Object.assign(new EventEmitter(), { close: async () => void happened.push('closed') });
  const starting = watchSources(
    ['lambdas'],
    async () => void happened.push('built'),
    ({ message }) => happened.push(message),
    () => native,
  );
  native.emit('ready');
  const watcher = await starting;
  native.emit('all', 'change', 'handlers/new.ts');
  native.emit('error', new Error('ENOENT'));
  native.emit('error', new Error('ENOENT again'));
  native.emit('all', 'change', 'handlers/new.ts');
  expect(happened).toEqual(['closed', 'ENOENT']);
  await watcher.close();
  expect(happened).not.toContain('built');
});

describe('what editors and git do to files', () => {
  let directory: string;
  let app: string;
  let watcher: SourceWatcher;
  let builds = 0;
  let told: () => void = () => undefined;
  let seen: () => void = () => undefined;
  /** Does something, and waits for the build that follows. */
  const andBuild = async (act: () => Promise<unknown>) => {
    const before = builds;
    const built = new Promise<void>((resolve) => {
      told = resolve;
    });
    await act();
    await built;
    expect(builds).toBeGreaterThan(before);
  };
  const git = (...args: readonly string[]) =>
    promisify(execFile)('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      cwd: directory,
    });

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'watch-'));
    app = join(directory, 'app');
    await mkdir(join(app, 'handlers'), { recursive: true });
    await writeFile(join(app, 'handlers/backfill.ts'), '0');
    await writeFile(join(app, 'contacts.sql'), 'select 0');
    builds = 0;
    watcher = await watchSources(
      [app, join(directory, '.env.local'), join(directory, 'not-there')],
      async () => {
        builds += 1;
        seen();
        told();
      },
      (error) => {
        throw error;
      },
    );
    // It is ready some milliseconds before it sees. Further apart than its quiet time, or no build would ever come.
    await andBuild(async () => {
      let count = 0;
      const write = () => {
        count += 1;
        void writeFile(join(app, 'first.json'), String(count));
      };
      write();
      const writing = setInterval(write, 500);
      seen = () => clearInterval(writing);
    });
  });
  afterEach(async () => {
    await watcher.close();
    await rm(directory, { recursive: true });
  });

  test('three saves in a row by rename, each seen', async () => {
    const file = join(app, 'handlers/backfill.ts');
    for (const text of ['1', '2', '3']) {
      await andBuild(async () => {
        await writeFile(`${file}.tmp`, text);
        await rename(`${file}.tmp`, file);
      });
    }
  });

  test('a checkout of another branch and back, and a save after it', async () => {
    await git('init', '-q', '-b', 'main');
    await git('add', '-A');
    await git('commit', '-qm', 'one');
    await git('checkout', '-qb', 'other');
    await andBuild(() => writeFile(join(app, 'handlers/backfill.ts'), '1'));
    await git('commit', '-qam', 'two');
    await andBuild(() => git('checkout', '-q', 'main'));
    await andBuild(() => git('checkout', '-q', 'other'));
    await andBuild(() => writeFile(join(app, 'handlers/backfill.ts'), '2'));
  });

  test('a .sql, a new folder, a deleted file, and variables that were not there', async () => {
    await andBuild(() => writeFile(join(app, 'contacts.sql'), 'select 1'));
    await andBuild(async () => {
      await mkdir(join(app, 'new'));
      await writeFile(join(app, 'new/handler.ts'), '');
    });
    await andBuild(() => rm(join(app, 'new/handler.ts')));
    await andBuild(() => writeFile(join(directory, '.env.local'), 'A=1'));
  });
});
