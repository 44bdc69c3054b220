import { type FileHandle, open, rename, stat } from 'node:fs/promises';
import { CommandError } from '../../core/command-error.ts';

/** A file that is named when it is whole; until then it is `FILE.partial`. */
export interface ExportFile {
  /** Where the lines are now. */
  readonly partialPath: string;
  writeLine(line: string): Promise<void>;
  /** All lines are on the disk, under the file's own name. */
  finish(): Promise<void>;
  /** The partial file stays. */
  abandon(): Promise<void>;
}

/**
 * Opens a file that the user alone can read: it holds customers' data.
 *
 * @throws {CommandError} when the file exists already, or cannot be written
 */
export async function openExportFile(path: string): Promise<ExportFile> {
  // It may be the only copy of letters that were deleted since.
  if (await exists(path)) throw new CommandError(`${path} exists already: name another file`);
  const partialPath = `${path}.partial`;
  const file = await openPrivate(partialPath);
  return {
    partialPath,
    writeLine: (line) => explained(partialPath, file.write(`${line}\n`)).then(() => undefined),
    async finish() {
      await explained(partialPath, file.sync());
      await file.close();
      await explained(path, rename(partialPath, path));
    },
    abandon: () => file.close(),
  };
}

async function openPrivate(path: string): Promise<FileHandle> {
  const file = await explained(path, open(path, 'w', 0o600));
  // The mode above counts for a new file only.
  await explained(path, file.chmod(0o600));
  return file;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

async function explained<Result>(path: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    const cause = typeof error === 'object' && error !== null && 'code' in error ? error.code : error;
    throw new CommandError(`cannot write ${path} (${String(cause)}): name another file with --output`, {
      cause: error,
    });
  }
}
