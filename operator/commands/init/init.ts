import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import type { CommandContext, Run } from '../../cli/context.ts';
import { ExitCode } from '../../core/command-error.ts';
import { scaffold } from './scaffold.ts';

interface InitOptions {
  readonly json?: true;
}

const HELP = `
Examples:
  $ npx supaglue-webhooks init webhooks
  $ cd webhooks && npm install && npm start

--json prints {directory, files}.`;

export function registerInit(program: Command, run: Run): void {
  program
    .command('init')
    .summary('a project of your own, in a new folder')
    .description('Makes a project in a new folder: your handlers, transforms and stack, a test, a workflow.')
    .argument('<folder>', 'which is made, or is empty')
    .option('--json', 'what was written as one JSON document')
    .addHelpText('after', HELP)
    .action((folder: string, options: InitOptions) => run((context) => runInit(folder, options, context)));
}

async function runInit(folder: string, { json }: InitOptions, context: CommandContext): Promise<ExitCode> {
  const { terminal, directory } = context;
  const target = resolve(directory, folder);
  const files = await scaffold(target);
  if (json === true) {
    terminal.print(JSON.stringify({ directory: target, files }));
    return ExitCode.DONE;
  }
  const place = relative(directory, target) || '.';
  terminal.print(
    [
      `${files.length} files in ${place}: ${files.filter((file) => file.startsWith('app/')).length} in app/ are yours to change`,
      '',
      'Next:',
      `  cd ${place} && npm install`,
      '  npm start        runs it on this machine',
      '  npm test         checks types, and tests',
    ].join('\n'),
  );
  return ExitCode.DONE;
}
