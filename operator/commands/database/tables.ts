import type { Command } from 'commander';
import { formatCount } from '../../cli/command-text.ts';
import type { CommandContext, Run } from '../../cli/context.ts';
import { plainTable } from '../../cli/table.ts';
import { addTargetOptions, type TargetOptions, withTarget } from '../../cli/target-option.ts';
import { ExitCode } from '../../core/command-error.ts';

interface TablesOptions extends TargetOptions {
  readonly json?: true;
}

const HELP = `
Examples:
  $ npx supaglue-webhooks database tables --local
  $ npx supaglue-webhooks database tables --local --json

--json prints {tables: [{schema, table, rows}]}.`;

export function registerDatabaseTables(database: Command, run: Run): void {
  addTargetOptions(
    database
      .command('tables')
      .summary("Supaglue's and the application's tables, with their row counts")
      .description("Lists Supaglue's and the application's tables with their row counts."),
  )
    .option('--json', 'as one JSON object')
    .addHelpText('after', HELP)
    .action((options: TablesOptions) => run((context) => runTables(options, context)));
}

async function runTables(options: TablesOptions, context: CommandContext): Promise<ExitCode> {
  const { terminal, signal } = context;
  const { countTables, databaseOf } = await import('../../core/database.ts');
  return withTarget(options, context, async (target) => {
    const database = databaseOf(target);
    const progress = terminal.progress('counting rows');
    const tables = await countTables(database, signal).finally(() => progress.stop());
    if (options.json === true) {
      terminal.print(JSON.stringify({ tables }));
    } else {
      const rows = tables.map(({ schema, table, rows }) => [`${schema}.${table}`, formatCount(rows)]);
      terminal.print(
        plainTable({ head: ['TABLE', 'ROWS'], widths: [61, 20], alignments: ['left', 'right'], rows }),
      );
    }
    return ExitCode.DONE;
  });
}
