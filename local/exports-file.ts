import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LocalError } from './local-error.ts';

/** Where `npm start` writes its exports, below the project. */
export const EXPORTS_FILE = '.local/env';

const NAME = /^[A-Za-z_]\w*$/;
const EXPORT_LINE = /^export (\w+)='((?:[^']|'\\'')*)'$/;

/**
 * Writes shell exports that point the AWS CLI, the SDKs and this project's commands at a local run. Readable
 * by the user alone, since it holds the signing secret; a reader sees the whole file or none.
 *
 * @throws {LocalError} for a name or a value that a shell would not read back
 */
export async function writeExports(path: string, variables: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries(variables).map(([name, value]) => {
    if (!NAME.test(name) || /[\n\r\0]/.test(value)) throw new LocalError(`${name} cannot be exported`);
    return `export ${name}='${value.replaceAll("'", "'\\''")}'`;
  });
  // A profile would win over the dummy credentials in the AWS CLI, and a session's token be sent along with them.
  const text = `${[...lines, 'unset AWS_PROFILE AWS_SESSION_TOKEN'].join('\n')}\n`;
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, path);
}

/** @throws {LocalError} when there is no such file, which means that no local run is under way. */
export async function readExports(path: string): Promise<Readonly<Record<string, string | undefined>>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new LocalError('no local run found: start one with npm start', { cause: error });
  }
  const variables: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const [, name, value] = EXPORT_LINE.exec(line) ?? [];
    if (name !== undefined && value !== undefined) variables[name] = value.replaceAll("'\\''", "'");
  }
  return variables;
}
