import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../../operator/core/command-error.ts';
import { PROJECT } from '../project-copy.ts';

/** What is most dear comes first: a run with a budget may not reach the end. */
const ORDER = [
  'lambdas/ledger/',
  'lambdas/consumer/',
  'lambdas/ingest/',
  'lib/webhook-alarms.ts',
  'lib/alert-topic.ts',
  'lambdas/router/',
  'lambdas/runtime/',
  'lambdas/alerts/',
  'lib/',
  'lambdas/',
];

/** Nothing in it can be wrong in one place. */
const EXPORTS_ALONE = 'lambdas/handlers.ts';

/** Of these, each condition, comparison, arithmetic and return is caught or accepted with a reason. */
const DEAREST = ORDER.slice(0, 5);

/** Elsewhere so much shall be caught or accepted. */
export const SHARE_ELSEWHERE = 0.9;

export function isDearest(file: string): boolean {
  return DEAREST.some((part) => file.startsWith(part));
}

/** All sources that mutants are made of, the dearest first. */
export function sourceFiles(): readonly string[] {
  const files = ['lambdas', 'lib'].flatMap((folder) =>
    readdirSync(path.join(PROJECT, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      path.posix.join(folder, name),
    ),
  );
  const rank = (file: string) => ORDER.findIndex((part) => file.startsWith(part));
  return files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts') && file !== EXPORTS_ALONE)
    .sort((one, other) => rank(one) - rank(other) || (one < other ? -1 : 1));
}

/** @throws {UsageError} for what is no source that mutants are made of */
export function namedFiles(names: string): readonly string[] {
  const all = sourceFiles();
  return names.split(',').flatMap((name) => {
    const found = all.filter((file) => file === name || file.startsWith(`${name.replace(/\/$/, '')}/`));
    if (found.length === 0) throw new UsageError(`${name} is no file or folder of lambdas/ or lib/`);
    return found;
  });
}

/** Sources that differ from a commit, what is not committed included. */
export function changedFiles(base: string): readonly string[] {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: PROJECT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
      .split('\n')
      .filter((line) => line !== '');
  try {
    const changed = new Set([
      ...git('diff', '--name-only', '--relative', '--merge-base', base, '--', '.'),
      ...git('ls-files', '--others', '--exclude-standard', '--', '.'),
    ]);
    return sourceFiles().filter((file) => changed.has(file));
  } catch (error) {
    throw new UsageError(`git cannot compare with ${base}: ${String(error).split('\n')[1] ?? error}`);
  }
}
