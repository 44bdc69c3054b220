import { type Command, Option } from 'commander';
import { numberOption } from '../../operator/cli/number-option.ts';
import type { Workload } from './cost-model.ts';
import { LOGGINGS, type Logging } from './platform-lines.ts';

export interface CostOptions {
  readonly eventsPerMonth: number;
  readonly batchSize: number;
  readonly payloadKb: number;
  readonly duplicates: number;
  readonly logging: Logging;
  readonly endpoint: Workload['endpoint'];
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

export function addCostOptions(program: Command): Command {
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
    .option('--measured <file>', 'processor time from the JSON of a bench run')
    .option('--observe', 'runs the bundles and writes bench/cost/observed.json first')
    .option('--json', 'one JSON document')
    .addHelpText('after', HELP);
}
