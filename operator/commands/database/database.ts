import type { Command } from 'commander';
import { numberOption } from '../../../local/number-option.ts';
import { counted, formatCount } from '../../cli/command-text.ts';
import type { CommandContext, Run } from '../../cli/context.ts';
import { plainTable } from '../../cli/table.ts';
import { addTargetOptions, type TargetOptions, withTarget } from '../../cli/target-option.ts';
import { ExitCode } from '../../core/command-error.ts';
import { resultText } from './result-text.ts';

export function registerDatabase(program: Command, run: Run): void {
  const database = program
    .command('database')
    .description('The application database of a local run (`npm start -- --with-database`)');
  registerDatabaseTables(database, run);
  registerDatabaseQuery(database, run);
}

interface TablesOptions extends TargetOptions {
  readonly json?: true;
}

const TABLES_HELP = `
Examples:
  $ npx supaglue-webhooks database tables --local
  $ npx supaglue-webhooks database tables --local --json

--json prints {tables: [{schema, table, rows}]}.`;

function registerDatabaseTables(database: Command, run: Run): void {
  addTargetOptions(
    database
      .command('tables')
      .summary("Supaglue's and the application's tables, with their row counts")
      .description("Lists Supaglue's and the application's tables with their row counts."),
  )
    .option('--json', 'as one JSON object')
    .addHelpText('after', TABLES_HELP)
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

interface QueryOptions extends TargetOptions {
  readonly json?: true;
  readonly limit: number;
}

const DEFAULT_LIMIT = 50;

const QUERY_HELP = `
One statement, in a transaction that only reads: it changes nothing.

Examples:
  $ npx supaglue-webhooks database query \\
      "select count(*) from app.contacts" --local
  $ npx supaglue-webhooks database query \\
      "select * from supaglue.hubspot_contact" --local --limit 5 --json

--json prints {columns: [name], rows: [{column: value}], row_count}; values of
two columns of one name would be lost: name them with AS.`;

function registerDatabaseQuery(database: Command, run: Run): void {
  addTargetOptions(
    database
      .command('query')
      .summary('what one SQL statement reads')
      .description('Shows what one SQL statement reads.')
      .argument('<sql>', 'one statement'),
  )
    .option(
      '--limit <rows>',
      'show at most this many rows',
      numberOption({ minimum: 1, maximum: 999_999, whole: true }),
      DEFAULT_LIMIT,
    )
    .option('--json', 'as one JSON object')
    .addHelpText('after', QUERY_HELP)
    .action((sql: string, options: QueryOptions) => run((context) => runQuery(sql, options, context)));
}

async function runQuery(sql: string, options: QueryOptions, context: CommandContext): Promise<ExitCode> {
  const { terminal, signal } = context;
  const { databaseOf, readQuery } = await import('../../core/database.ts');
  return withTarget(options, context, async (target) => {
    const database = databaseOf(target);
    const progress = terminal.progress('waiting for the database');
    const { columns, rows } = await readQuery(database, sql, signal).finally(() => progress.stop());
    const shown = rows.slice(0, options.limit);
    if (options.json === true) {
      const named = shown.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index]])));
      terminal.print(JSON.stringify({ columns, rows: named, row_count: rows.length }));
    } else if (columns.length > 0) {
      terminal.print(resultText(columns, shown));
    }
    if (shown.length < rows.length) {
      terminal.note(`the first ${shown.length} of ${counted(rows.length, 'row')}: --limit shows more`);
    }
    return ExitCode.DONE;
  });
}
