import type { Command } from 'commander';
import {
  needsSomebody,
  RECONCILE_TIMEOUT_SECONDS,
  type ReconcileReport,
  type ReconcileRequest,
} from '../../../lambdas/contract/reconcile.ts';
import { numberOption } from '../../../local/number-option.ts';
import { safeText } from '../../../local/safe-text.ts';
import { commandText } from '../../cli/command-text.ts';
import type { Run } from '../../cli/context.ts';
import { addTargetOptions, type TargetOptions, withTarget } from '../../cli/target-option.ts';
import { CommandError, ExitCode } from '../../core/command-error.ts';
import type { Target } from '../../core/target.ts';

const HELP = `
Examples:
  $ npx supaglue-webhooks reconcile --local
  $ npx supaglue-webhooks reconcile --stack SupaglueWebhooks-prod --dry-run

--json prints gaps ([{id, kind, type, key}]), waiting (changes within the
grace), schemas (connections that write into another schema), customers {known,
listed, unreadable}, connections {known, missing}, calls, stopped (why it ended).`;

export function registerReconcile(program: Command, run: Run): void {
  addTargetOptions(
    program
      .command('reconcile')
      .description("Compares Supaglue's API with what events told, and makes up for what they did not."),
  )
    .option('--dry-run', 'say what would be done; nothing is changed')
    .option(
      '--allow-gone <n>',
      'so many connections may be gone at once',
      numberOption({ minimum: 1, maximum: 1_000_000, whole: true }),
    )
    .option('--json', 'the report as JSON')
    .addHelpText('after', HELP)
    .action((options: TargetOptions & ReconcileRequest & { readonly json?: true }) =>
      run(async (context) => {
        return withTarget(options, context, async (target) => {
          const { dryRun = false, allowGone = 0, json } = options;
          const progress = context.terminal.progress("comparing with Supaglue's API");
          const report = await invoke(target, { dryRun, allowGone }, context.signal).finally(progress.stop);
          context.terminal.print(json === true ? JSON.stringify(report) : reportText(report, target, dryRun));
          return report.stopped.some(needsSomebody) ? ExitCode.FAILED : ExitCode.DONE;
        });
      }),
    );
}

async function invoke(
  { name, reconcileFunctionName: FunctionName, clients: { lambda } }: Target,
  request: ReconcileRequest,
  abortSignal: AbortSignal,
): Promise<ReconcileReport> {
  if (FunctionName === undefined)
    throw new CommandError(`nothing is reconciled on ${name}: docs/reconciling.md says how to begin`);
  const { InvokeCommand } = await import('@aws-sdk/client-lambda');
  const command = new InvokeCommand({ FunctionName, Payload: JSON.stringify(request) });
  // It may run for minutes.
  const requestTimeout = (RECONCILE_TIMEOUT_SECONDS + 10) * 1000;
  const { Payload, FunctionError } = await lambda.send(command, { abortSignal, requestTimeout });
  const text = Payload?.transformToString() ?? '';
  if (FunctionError !== undefined) throw new CommandError(`the comparison failed: ${safeText(text, 500)}`);
  return JSON.parse(text) as ReconcileReport;
}

function reportText(report: ReconcileReport, target: Target, dryRun: boolean): string {
  const { gaps, waiting, schemas, customers, connections, calls, stopped } = report;
  const command = commandText(`reconcile --allow-gone ${connections.missing}`, target);
  return [
    ...gaps.map(({ type, key, id }) => `${type}  ${safeText(key)}  ${id}`),
    `${gaps.length} ${dryRun ? 'would be made up for' : 'made up for'}, ${waiting} within the grace`,
    `${customers.listed} of ${customers.known} customers compared, ${customers.unreadable} unreadable; ${connections.missing} of ${connections.known} connections missing; ${calls} calls`,
    ...schemas.map((id) => `${safeText(id)} writes into another schema: rows of the old one stay behind`),
    ...stopped.map((reason) => `ended early: ${reason}`),
    ...(stopped.includes('too-many-gone')
      ? [`Nothing was deleted. If they are really gone:\n${command}`]
      : []),
  ].join('\n');
}
