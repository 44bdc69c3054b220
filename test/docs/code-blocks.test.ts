import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { projectDirectory } from '../../lib/project-paths.ts';
import { codeBlocks, DOCUMENTS, makeProject, temporaryFolder } from './code-blocks.ts';

const WITH_CODE = DOCUMENTS.filter((document) => codeBlocks(document).length > 0);
const folderOf = (document: string) => join(directory, document.replace(/\W/g, '-'));

let directory: string;
beforeAll(async () => {
  directory = await temporaryFolder();
  await Promise.all(WITH_CODE.map((document) => makeProject(folderOf(document), document)));
});
afterAll(() => rm(directory, { recursive: true }));

/** What a tool of the project says against the folder; nothing when it is content. */
async function complaints(tool: string, ...parameters: string[]): Promise<string> {
  const program = join(projectDirectory, 'node_modules', tool);
  try {
    await promisify(execFile)(process.execPath, [program, ...parameters], { cwd: projectDirectory });
    return '';
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
    return stdout + stderr;
  }
}

describe('the TypeScript of README and docs', () => {
  test('is found', () => {
    expect(WITH_CODE).toEqual(expect.arrayContaining(['README.md', 'docs/recipe-handler.md']));
  });

  test.each(WITH_CODE)('%s shows each file once', (document) => {
    const paths = codeBlocks(document).map(({ path }) => path);
    expect(paths).toEqual([...new Set(paths)]);
  });

  test('is formatted and free of lint', async () => {
    // The folder is one that git ignores.
    const said = await complaints(
      '@biomejs/biome/bin/biome',
      'ci',
      '--vcs-enabled=false',
      '--colors=off',
      directory,
    );
    expect(said).toBe('');
  });

  test('compiles as a user’s project does', async () => {
    const tsconfig = join(directory, 'tsconfig.json');
    await writeFile(tsconfig, JSON.stringify({ extends: '../../tsconfig.json', include: ['.'] }));
    expect(await complaints('typescript/bin/tsc', '--noEmit', '--project', tsconfig)).toBe('');
  });
});
