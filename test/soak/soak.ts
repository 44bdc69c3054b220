import process from 'node:process';
import { processContext } from '../../operator/cli/process-context.ts';
import { newProgram, runCommandLine } from '../../operator/cli/run-command-line.ts';
import { runSoakCommand } from './soak-command.ts';
import { addSoakOptions, type SoakOptions, settingsOf } from './soak-options.ts';

const context = processContext();
process.exitCode = await runCommandLine(process.argv.slice(2), context, (run) =>
  addSoakOptions(newProgram('npm run soak --', context.terminal)).action((options: SoakOptions) =>
    run((soakContext) => runSoakCommand(settingsOf(options), options.json === true, soakContext)),
  ),
);
