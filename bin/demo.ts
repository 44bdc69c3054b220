import process from 'node:process';
import { processContext } from '../operator/cli/process-context.ts';
import { newProgram, runCommandLine } from '../operator/cli/run-command-line.ts';
import { type DemoOptions, runDemo } from '../operator/demo/run-demo.ts';

const context = processContext();
process.exitCode = await runCommandLine(process.argv.slice(2), context, (run) =>
  newProgram('npm run demo --', context.terminal)
    .description(
      'Runs the stack on this machine, sends every kind of event, good and bad, and shows that each one ends as promised. Exit code 0 only then.',
    )
    .option('--json', 'the endings as one JSON object')
    .addHelpText('after', '\nExamples:\n  $ npm run demo\n  $ npm run --silent demo -- --json')
    .action((options: DemoOptions) => run((demoContext) => runDemo(options, demoContext))),
);
