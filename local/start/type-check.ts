import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * Type-checks a project's `app/` with the project's own compiler.
 *
 * @returns the compiler's lines with file, line and column; nothing when it is content, or the project has none
 */
export async function typeCheck(projectDirectory: string, signal?: AbortSignal): Promise<string | undefined> {
  const config = join(projectDirectory, 'app/tsconfig.json');
  const compiler = compilerOf(projectDirectory);
  if (compiler === undefined || !existsSync(config)) return undefined;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [compiler, '--noEmit', '--pretty', 'false', '--project', config],
      { cwd: projectDirectory, signal },
      (error, stdout, stderr) =>
        resolve(error === null || signal?.aborted === true ? undefined : `${stdout}${stderr}`.trim()),
    );
  });
}

function compilerOf(projectDirectory: string): string | undefined {
  try {
    const manifest = createRequire(join(projectDirectory, 'package.json')).resolve('typescript/package.json');
    return join(dirname(manifest), 'bin/tsc');
  } catch {
    return undefined;
  }
}
