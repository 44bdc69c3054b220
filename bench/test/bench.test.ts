import { execFile } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { projectDirectory } from '../../lib/project-paths.ts';

function bench(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', 'bench/bench.ts', ...args],
      { cwd: projectDirectory, timeout: 50_000 },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

test('--list names what there is, and a wrong name is wrong usage that says so', async () => {
  const [list, wrong] = await Promise.all([bench('--list'), bench('--only', 'cold-start,\u001b[31mfast')]);
  expect(list.code).toBe(0);
  for (const name of ['cold-start', 'warm-ingest', 'warm-consumer']) expect(list.stdout).toContain(name);
  expect(wrong).toMatchObject({ code: 2, stdout: '' });
  expect(wrong.stderr).toMatch(/^error: no benchmark is named " \[31mfast": there are cold-start, /);
});
