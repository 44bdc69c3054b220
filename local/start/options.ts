import { Command, CommanderError, Option } from 'commander';
import { parseSigningSecret, SigningSecretError } from '../../lambdas/ingest/signing-secret.ts';
import { numberOption, portOption } from '../number-option.ts';

/** Absent is what was not given; the options below say what it means. */
export interface StartOptions {
  readonly port: number;
  readonly secret?: string;
  readonly retryBaseSeconds?: number;
  readonly retryMaxSeconds?: number;
  readonly verbose: boolean;
  /** Port on which the consumer listens to a debugger. Absent: on none. */
  readonly inspectPort?: number;
  readonly write?: true;
  readonly withDatabase?: true;
  /** With a Supaglue of its own, which is compared with what events told. */
  readonly withSupaglue?: true;
  readonly databaseUrl?: string;
}

export const DEFAULT_PORT = 4400;
/** Node's own. */
const INSPECTOR_PORT = 9229;
const secondsOption = numberOption({ minimum: 1, maximum: 999_999, whole: true, unit: 'seconds' });

/** As commander names them. */
type Parsed = Omit<StartOptions, 'retryBaseSeconds' | 'retryMaxSeconds' | 'inspectPort'> & {
  readonly retryBase?: number;
  readonly retryMax?: number;
  readonly inspect?: number | true;
};

const EXAMPLES = `
Examples:
  npm start
  npm start -- --port 0 --retry-base 1 --retry-max 5
  npm start -- --write
  npm start -- --with-database --with-supaglue
  WEBHOOK_SECRET=whsec_... npm start -- --verbose
  DATABASE_URL=postgres://... npm start -- --database-url

While it runs, in another terminal:
  npx supaglue-webhooks send sync.complete --local
  . .local/env && aws sqs receive-message --queue-url "$DEAD_LETTER_QUEUE_URL"`;

/** What `parseStartOptions` writes to. */
export interface UsageOutput {
  writeOut(text: string): void;
  writeErr(text: string): void;
}

/** @returns the options, or the exit code when help was asked for (0) or the command line is wrong (2) */
export function parseStartOptions(
  parameters: readonly string[],
  output: UsageOutput,
): StartOptions | { readonly exitCode: number } {
  const program = new Command('npm start --')
    .description('Runs the stack that cdk deploy ships on this machine: no AWS account, no Docker.')
    .option('--port <number>', 'port of the webhook URL; 0: any free one', portOption, DEFAULT_PORT)
    .addOption(
      new Option(
        '--secret <whsec>',
        'signing secret; better by the variable, for others see command lines (default: one of its own)',
      ).env('WEBHOOK_SECRET'),
    )
    .option('--retry-base <seconds>', 'first retry delay, instead of the stack’s', secondsOption)
    .option('--retry-max <seconds>', 'longest retry delay, instead of the stack’s', secondsOption)
    .option('--write', 'let the inspector redrive and delete dead letters')
    .option('--with-database', 'with a seeded PostgreSQL: DATABASE_URL on this machine, or an embedded one')
    .option('--with-supaglue', 'with a Supaglue whose API is compared with what events told, each minute')
    .addOption(
      new Option(
        '--database-url [url]',
        'with this PostgreSQL, wherever it is, its tables are changed; without a URL that of DATABASE_URL',
      ).implies({ withDatabase: true }),
    )
    .option(
      '--inspect [port]',
      'let a debugger attach to the handlers (default port: 9229); one batch at a time, without time limits',
      portOption,
    )
    .option('--verbose', 'every line that the functions log, as it is', false)
    .allowExcessArguments(false)
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput(output);
  try {
    program.parse(parameters, { from: 'user' });
    // Not by commander's own check, whose message would repeat the secret.
    const { secret } = program.opts<Parsed>();
    if (secret !== undefined && !isSigningSecret(secret)) {
      program.error("error: option '--secret' must be whsec_ and the base64 of 24 to 75 bytes");
    }
    if (program.getOptionValue('databaseUrl') === true) {
      const { DATABASE_URL = '' } = process.env;
      if (DATABASE_URL === '')
        program.error("error: option '--database-url' without a URL needs DATABASE_URL");
      program.setOptionValue('databaseUrl', DATABASE_URL);
    }
  } catch (error) {
    if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? 0 : 2 };
    throw error;
  }
  const { inspect, retryBase, retryMax, ...options } = program.opts<Parsed>();
  return {
    ...options,
    ...(inspect === undefined ? {} : { inspectPort: inspect === true ? INSPECTOR_PORT : inspect }),
    ...(retryBase === undefined ? {} : { retryBaseSeconds: retryBase }),
    ...(retryMax === undefined ? {} : { retryMaxSeconds: retryMax }),
  };
}

function isSigningSecret(text: string): boolean {
  try {
    return parseSigningSecret(text).type === 'secret';
  } catch (error) {
    if (error instanceof SigningSecretError) return false;
    throw error;
  }
}
