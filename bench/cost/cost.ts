import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import process from 'node:process';
import { type Command, Option } from 'commander';
import { numberOption } from '../../local/number-option.ts';
import type { CommandContext } from '../../operator/cli/context.ts';
import { processContext } from '../../operator/cli/process-context.ts';
import { newProgram, runCommandLine } from '../../operator/cli/run-command-line.ts';
import { ExitCode } from '../../operator/core/command-error.ts';
import { assembly } from '../../test/support/assembly.ts';
import { costOf, type Workload } from './cost-model.ts';
import { costJson, costText } from './cost-report.ts';
import { DEFAULT_DURATIONS } from './durations.ts';
import { readDurations } from './measured.ts';
import { observe } from './observe.ts';
import { OBSERVED_FILE, readObserved } from './observed.ts';
import { LOGGINGS, type Logging } from './platform-lines.ts';
import { sensitivities } from './sensitivities.ts';

interface CostOptions {
  readonly eventsPerMonth: number;
  readonly batchSize: number;
  readonly payloadKb: number;
  readonly duplicates: number;
  readonly logging: Logging;
  readonly endpoint: Workload['endpoint'];
  readonly reconcileMinutes?: number;
  readonly customers: number;
  readonly measured?: string;
  readonly observe?: true;
  readonly json?: true;
}

const HELP = `
Calls, bytes of logs and sizes of records were observed in a run of the deployed
bundles (bench/cost/observed.json, which a test repeats); list prices, with their
date and sources, stand in bench/cost/prices.ts.

Examples:
  $ npm run cost -- --events-per-month 1000000
  $ npm run cost -- --events-per-month 30000000 --batch-size 3 --payload-kb 5
  $ npm run bench -- --only end-to-end --out bench.json
  $ npm run cost -- --events-per-month 1000000 --measured bench.json
  $ npm run --silent cost -- --events-per-month 1000000 --json

Exit codes: 0 done, 1 a file cannot be read, 2 wrong usage, 130 Ctrl-C.`;

function addCostOptions(program: Command): Command {
  return program
    .description('What a month on AWS costs, line by line.')
    .requiredOption(
      '--events-per-month <n>',
      'accepted events',
      numberOption({ minimum: 1, maximum: 1_000_000_000_000, whole: true }),
    )
    .option(
      '--batch-size <n>',
      'events to a consumer invocation',
      numberOption({ minimum: 1, maximum: 10 }),
      10,
    )
    .option('--payload-kb <n>', 'size of a webhook body', numberOption({ minimum: 0, maximum: 1_008 }), 0.5)
    .option('--duplicates <percent>', 'webhooks sent twice', numberOption({ minimum: 0, maximum: 100 }), 0)
    .addOption(
      new Option('--logging <what>', 'lines that reach CloudWatch Logs')
        .choices(LOGGINGS)
        .default('as-deployed'),
    )
    .addOption(
      new Option('--endpoint <what>', 'what receives requests')
        .choices(['http-api', 'function-url'])
        .default('http-api'),
    )
    .option(
      '--reconcile-minutes <n>',
      "compares Supaglue's API so often",
      numberOption({ minimum: 1, maximum: 1_440 }),
    )
    .option(
      '--customers <n>',
      'whose connections are compared',
      numberOption({ minimum: 0, maximum: 1_000_000 }),
      100,
    )
    .option('--measured <file>', 'processor time from the JSON of a bench run')
    .option('--observe', 'runs the bundles and writes bench/cost/observed.json first')
    .option('--json', 'one JSON document')
    .addHelpText('after', HELP);
}

async function cost(options: CostOptions, { terminal, directory }: CommandContext): Promise<ExitCode> {
  const { measured } = options;
  const durations =
    measured === undefined ? DEFAULT_DURATIONS : await readDurations(resolve(directory, measured));
  if (options.observe === true) {
    const progress = terminal.progress('running the bundles');
    try {
      const observed = await observe(await assembly());
      await writeFile(OBSERVED_FILE, `${JSON.stringify(observed, undefined, 2)}\n`);
    } finally {
      progress.stop();
    }
  }
  const inputs = { observed: await readObserved(), durations };
  const workload: Workload = {
    eventsPerMonth: options.eventsPerMonth,
    batchSize: options.batchSize,
    payloadBytes: Math.round(options.payloadKb * 1_024),
    duplicateShare: options.duplicates / 100,
    logging: options.logging,
    endpoint: options.endpoint,
    ...(options.reconcileMinutes !== undefined && {
      reconciling: { minutes: options.reconcileMinutes, customers: options.customers },
    }),
  };
  const asked = costOf(workload, inputs);
  const report = {
    workload,
    inputs,
    cost: asked,
    sensitivities: sensitivities(workload, inputs, asked),
  };
  terminal.print(options.json === true ? JSON.stringify(costJson(report)) : costText(report, terminal.paint));
  return ExitCode.DONE;
}

const context = processContext();
process.exitCode = await runCommandLine(process.argv.slice(2), context, (run) =>
  addCostOptions(newProgram('npm run cost --', context.terminal)).action((options: CostOptions) =>
    run((costContext) => cost(options, costContext)),
  ),
);
