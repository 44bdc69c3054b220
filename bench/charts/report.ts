import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import process from 'node:process';
import { projectDirectory } from '../../lib/project-paths.ts';
import type { CommandContext } from '../../operator/cli/context.ts';
import { processContext } from '../../operator/cli/process-context.ts';
import { newProgram, runCommandLine } from '../../operator/cli/run-command-line.ts';
import { CommandError, ExitCode } from '../../operator/core/command-error.ts';
import { readDurations } from '../cost/measured.ts';
import { readObserved } from '../cost/observed.ts';
import { readRun, rowsOf } from '../run.ts';
import { END_TO_END } from '../system/names.ts';
import { CHARTS } from './charts.ts';
import { costMarkdown, type Drawn, runMarkdown, withGenerated } from './performance-doc.ts';
import { renderSvg } from './render.ts';

const DOCS = join(projectDirectory, 'docs');
const HELP = `
Draws the charts in docs/charts and renews the generated part of
docs/performance.md; what stands around its markers stays.

Examples:
  $ npm run bench -- --out bench.json
  $ npm run report -- --from bench.json
  $ npm run report -- --from bench.json --also bench-24.json

Exit codes: 0 done, 1 a file cannot be read or written, 2 wrong usage, 130 Ctrl-C.`;

interface Options {
  readonly from: string;
  readonly also?: string;
  readonly docs?: string;
}

async function report(options: Options, { terminal, directory }: CommandContext): Promise<ExitCode> {
  const path = resolve(directory, options.from);
  const docs = options.docs === undefined ? DOCS : resolve(directory, options.docs);
  const run = await readRun(path);
  const other = options.also === undefined ? undefined : await readRun(resolve(directory, options.also));
  const charts = join(docs, 'charts');
  await mkdir(charts, { recursive: true });
  const drawn: Drawn[] = [];
  for (const { benchmark, draw } of CHARTS) {
    const chart = draw(run);
    if (chart === undefined) {
      terminal.note(`no chart of ${benchmark}: the run holds no such rows`);
      continue;
    }
    const file = join(charts, `${chart.name}.svg`);
    await writeFile(file, await renderSvg(chart));
    drawn.push({ benchmark, title: chart.title, path: relative(docs, file) });
    terminal.print(relative(directory, file));
  }
  const hasCost = rowsOf(run, END_TO_END).length > 0;
  const cost = hasCost
    ? costMarkdown({ observed: await readObserved(), durations: await readDurations(path) })
    : undefined;
  const file = join(docs, 'performance.md');
  const document = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CommandError(`cannot read ${file}: ${String(cause)}`, { cause });
  });
  await writeFile(file, withGenerated(document, runMarkdown(run, drawn, cost, other)));
  terminal.print(relative(directory, file));
  return ExitCode.DONE;
}

const context = processContext();
process.exitCode = await runCommandLine(process.argv.slice(2), context, (run) =>
  newProgram('npm run report --', context.terminal)
    .description('Draws charts and writes tables from the result of a benchmark run.')
    .requiredOption('--from <file>', 'the JSON that npm run bench wrote with --out')
    .option('--also <file>', 'a run on another Node.js: its goals and cold starts beside')
    .option('--docs <directory>', 'where performance.md and charts/ are; default docs')
    .addHelpText('after', HELP)
    .action((options: Options) => run((reportContext) => report(options, reportContext))),
);
