import type { Command } from 'commander';
import { safeText } from '../local/safe-text.ts';
import { UsageError } from '../operator/core/command-error.ts';
import type { Benchmark } from './benchmark.ts';

export interface BenchOptions {
  readonly only?: string;
  readonly quick?: true;
  readonly json?: true;
  readonly out?: string;
  readonly list?: true;
  readonly baseline?: string;
}

const HELP = `
A ratio compares two subjects of the same run, whose rounds take turns; figures of
two runs do not compare. bench/METHOD.md tells what is measured and how.

Examples:
  $ npm run bench
  $ npm run bench -- --list
  $ npm run bench -- --only cold-start,warm-ingest
  $ npm run bench -- --quick --out bench.json
  $ npm run bench -- --only start --baseline ../supaglue-webhooks-0.1
  $ npm run --silent bench -- --json

Exit codes: 0 measured (also when a goal is missed), 1 a benchmark failed or found
its own results wrong, 2 wrong usage, 130 Ctrl-C.`;

export function addBenchOptions(program: Command): Command {
  return program
    .description('Measures the functions against what a user would pick instead.')
    .option('--only <names>', 'these benchmarks, separated by commas')
    .option('--quick', 'fewer and smaller rounds: shows that it works, its figures mean little')
    .option('--baseline <directory>', 'another checkout with its packages, for --only start')
    .option('--json', 'one JSON document instead of the tables')
    .option('--out <file>', 'writes that JSON document to a file as well')
    .option('--list', 'the benchmarks and what each compares')
    .addHelpText('after', HELP);
}

/** @throws {UsageError} for a name that there is not, and for none at all */
export function chosen(all: readonly Benchmark[], only: string | undefined): readonly Benchmark[] {
  if (only === undefined) return all.filter(({ onlyByName }) => onlyByName !== true);
  const names = only.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !all.some((benchmark) => benchmark.name === name));
  if (unknown !== undefined) {
    const known = all.map(({ name }) => name).join(', ');
    throw new UsageError(`no benchmark is named "${safeText(unknown, 60)}": there are ${known}`);
  }
  return all.filter(({ name }) => names.includes(name));
}
