import { InvalidArgumentError, Option } from 'commander';
import { processContext } from '../../operator/cli/process-context.ts';
import { newProgram, runCommandLine } from '../../operator/cli/run-command-line.ts';
import { SUITE_NAMES, type SuiteName } from '../suites/suite-needs.ts';
import { ENGINES, type Engine } from './known-faults.ts';
import { isSuiteName } from './run-context.ts';
import { runEndpoint } from './run-endpoint.ts';

const EXAMPLES = `
The endpoint, region and credentials are those of the SDK: AWS_ENDPOINT_URL,
AWS_ENDPOINT_URL_SQS, AWS_ENDPOINT_URL_DYNAMODB, AWS_REGION, AWS_PROFILE, ...

Examples:
  npm run test:endpoint                                 says what it would do
  npm run test:endpoint -- --yes 127.0.0.1:4566         on an emulator
  npm run test:endpoint -- --yes 111122223333/eu-west-1 on AWS
`;

function addSuite(name: string, suites: readonly SuiteName[] = []): readonly SuiteName[] {
  if (!isSuiteName(name)) throw new InvalidArgumentError(`there is ${SUITE_NAMES.join(', ')}`);
  return suites.includes(name) ? suites : [...suites, name];
}

interface CommandOptions {
  readonly yes?: string;
  readonly suite?: readonly SuiteName[];
  readonly engine?: Engine;
  readonly json?: true;
}

const context = processContext();
process.exitCode = await runCommandLine(process.argv.slice(2), context, (run) =>
  newProgram('npm run test:endpoint --', context.terminal)
    .description(
      'Runs the queue, ledger and pipeline suites on any AWS-compatible endpoint, AWS included. They create queues and a table of their own there and delete them at the end; they touch nothing else.',
    )
    .option('--yes <endpoint>', 'the endpoint that may be used: it must be the one of the environment')
    .option('--suite <name>', `one suite alone (may be repeated): ${SUITE_NAMES.join(', ')}`, addSuite)
    .addOption(
      new Option('--engine <name>', 'what is there: the faults known of it, and no others, may show').choices(
        ENGINES,
      ),
    )
    .option('--json', 'one JSON document with every test and resource')
    .addHelpText('after', EXAMPLES)
    .action(({ yes, suite, engine, json }: CommandOptions) =>
      run((own) =>
        runEndpoint(
          {
            ...(yes === undefined ? {} : { yes }),
            ...(suite === undefined ? {} : { suites: suite }),
            ...(engine === undefined ? {} : { engine }),
            json: json ?? false,
          },
          own,
        ),
      ),
    ),
);
