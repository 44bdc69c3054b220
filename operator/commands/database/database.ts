import type { Command } from 'commander';
import type { Run } from '../../cli/context.ts';
import { registerDatabaseQuery } from './query.ts';
import { registerDatabaseTables } from './tables.ts';

export function registerDatabase(program: Command, run: Run): void {
  const database = program
    .command('database')
    .description('The application database of a local run (`npm start -- --with-database`)');
  registerDatabaseTables(database, run);
  registerDatabaseQuery(database, run);
}
