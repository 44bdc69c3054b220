import { readFile } from 'node:fs/promises';
import { CommandError } from './command-error.ts';

/** @throws {CommandError} that names the file, why it cannot be read, and what to do */
export async function readInput(path: string, wayOut?: string): Promise<Buffer> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    const what = `cannot read ${path} (${error.code ?? String(error)})`;
    throw new CommandError(wayOut === undefined ? what : `${what}: ${wayOut}`, { cause: error });
  });
}
