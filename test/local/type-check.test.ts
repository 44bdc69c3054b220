import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { projectDirectory } from '../../lib/project-paths.ts';
import { typeCheck } from '../../local/start/type-check.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'type-check-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function project(handlers: string): Promise<void> {
  await symlink(join(projectDirectory, 'node_modules'), join(directory, 'node_modules'));
  await mkdir(join(directory, 'app'));
  await writeFile(join(directory, 'app/tsconfig.json'), '{"compilerOptions":{"strict":true,"types":[]}}');
  await writeFile(join(directory, 'app/handlers.ts'), handlers);
}

test('tells file, line and column of what does not type-check', async () => {
  await project('export const seconds: number = 5;\nexport const name: string = seconds;\n');
  expect(await typeCheck(directory)).toMatch(/^app\/handlers\.ts\(2,14\): error TS2322: /);
});

test('is silent when all is well', async () => {
  await project('export const seconds: number = 5;\n');
  expect(await typeCheck(directory)).toBeUndefined();
});

test('is left out in a project without a compiler, or without app/tsconfig.json', async () => {
  expect(await typeCheck(directory)).toBeUndefined();
  await symlink(join(projectDirectory, 'node_modules'), join(directory, 'node_modules'));
  expect(await typeCheck(directory)).toBeUndefined();
});
