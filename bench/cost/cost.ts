import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import process from 'node:process';
import type { CommandContext } from '../../operator/cli/context.ts';
import { processContext } from '../../operator/cli/process-context.ts';
import { newProgram, runCommandLine } from '../../operator/cli/run-command-line.ts';
import { ExitCode } from '../../operator/core/command-error.ts';
import { assembly } from '../../test/support/assembly.ts';
import { costOf, type Workload } from './cost-model.ts';
import { addCostOptions, type CostOptions } from './cost-options.ts';
import { costJson, costText } from './cost-report.ts';
import { DEFAULT_DURATIONS } from './durations.ts';
import { readDurations } from './measured.ts';
import { observe } from './observe.ts';
import { OBSERVED_FILE, readObserved } from './observed.ts';
import { sensitivities } from './sensitivities.ts';

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
