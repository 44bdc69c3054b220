import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { type Mutation, mutatedTexts } from './mutation.ts';

export const PROJECT = path.resolve(import.meta.dirname, '../..');
/** Built, installed or private: what the tests make anew or do not read. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  '.git',
  'cdk.out',
  'dist',
  '.local',
  '.test-results',
  'coverage',
]);

/** A throw-away copy of the project's tree: the only place where a mutation is ever applied. */
export class ProjectCopy {
  readonly root: string;
  /** For what its processes write: a test that is killed leaves its files behind, and they go with the copy. */
  readonly temporary: string;
  readonly #folder: string;
  /** Texts as they were copied, of the files that are mutated now. */
  readonly #originals = new Map<string, string>();

  private constructor(folder: string) {
    this.#folder = folder;
    this.root = path.join(folder, 'project');
    this.temporary = path.join(folder, 'tmp');
  }

  static async create(): Promise<ProjectCopy> {
    const copy = new ProjectCopy(await mkdtemp(path.join(tmpdir(), 'supaglue-mutation-')));
    try {
      const filter = (source: string) =>
        path.basename(source) !== 'node_modules' && !LEFT_OUT.has(path.relative(PROJECT, source));
      cpSync(PROJECT, copy.root, { recursive: true, filter });
      symlinkSync(path.join(PROJECT, 'node_modules'), path.join(copy.root, 'node_modules'), 'dir');
      mkdirSync(copy.temporary);
    } catch (error) {
      copy.removeNow();
      throw error;
    }
    return copy;
  }

  read(file: string): string {
    return readFileSync(path.join(this.root, file), 'utf8');
  }

  /** @throws {MutationError} when the mutation does not apply; nothing is changed then */
  apply(mutation: Mutation): void {
    for (const [file, text] of mutatedTexts(mutation, (name) => this.read(name))) {
      this.#originals.set(file, this.read(file));
      writeFileSync(path.join(this.root, file), text);
    }
  }

  restore(): void {
    for (const [file, text] of this.#originals) writeFileSync(path.join(this.root, file), text);
    this.#originals.clear();
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** For when the process ends at once. */
  removeNow(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** How work on copies goes: ended by the caller's signal, or once one part of it has failed. */
export interface CopiesScope {
  readonly signal: AbortSignal;
  create(): Promise<ProjectCopy>;
  /** Waits for all parts; the first to fail ends the others. */
  all(parts: readonly Promise<void>[]): Promise<void>;
}

/** Every copy made within `work` is gone afterwards, even when the process ends at once. */
export async function withCopies(
  caller: AbortSignal,
  work: (scope: CopiesScope) => Promise<void>,
): Promise<void> {
  const copies: ProjectCopy[] = [];
  const removeNow = () => {
    for (const copy of copies) copy.removeNow();
  };
  process.on('exit', removeNow);
  const failed = new AbortController();
  try {
    await work({
      signal: AbortSignal.any([caller, failed.signal]),
      async create() {
        const copy = await ProjectCopy.create();
        copies.push(copy);
        return copy;
      },
      async all(parts) {
        const ended = parts.map((part) =>
          part.catch((error: unknown) => {
            failed.abort();
            throw error;
          }),
        );
        for (const end of await Promise.allSettled(ended)) if (end.status === 'rejected') throw end.reason;
      },
    });
  } finally {
    process.off('exit', removeNow);
    await Promise.all(copies.map((copy) => copy.remove()));
  }
}
