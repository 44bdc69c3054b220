import { type Command, Option } from 'commander';
import type { Run } from '../../cli/context.ts';
import { addTargetOptions, SOURCE_OPTION } from '../../cli/target-option.ts';
import type { ExplainOptions } from './run-explain.ts';

const HELP = `
FILE (- for standard input) is one of
  a raw HTTP request: headers, an empty line, then the body to the last byte
    (with or without the request line);
  the JSON of an API Gateway event, payload 2.0 or 1.0, as a log shows it.
Or none, with --header and --body or --body-file, or with --request.

The secret is taken from --secret-file, --secret-env, the local run or the
stack; without any of them it is asked for and not shown. There is no option to
name it outright: the shell's history and the list of processes would hold it.
No secret, signature or body is ever printed.

Examples:
  $ npx supaglue-webhooks explain request.http --local
  $ npx supaglue-webhooks explain --local \\
      --request 0b9f5d5e-3c1a-4e7f-9d2c-8a6b4f1e2d3c
  $ npx supaglue-webhooks explain event.json --stack SupaglueWebhooks-prod
  $ npx supaglue-webhooks explain request.http --secret-env WEBHOOK_SECRET \\
      --at 2026-11-24T12:00:00Z
  $ npx supaglue-webhooks explain --local --header 'svix-id: msg_1' \\
      --header 'svix-timestamp: 1795000000' \\
      --header 'svix-signature: v1,...' --body-file body.json

Exit codes: 0 it verifies, 1 it does not, 2 wrong usage.

--json prints one object: verifies, proven (a signature that is right was found
behind the findings), answer (status, code, reason of the endpoint), event_id,
format, body_bytes, judged_at_ms, timestamp_ms, secrets, secret_position,
secret_fingerprint, findings: [{cause, what, mend, and details}].
What is not known is null.`;

export function registerExplain(program: Command, run: Run): void {
  const collect = (text: string, collected: readonly string[]) => [...collected, text];
  addTargetOptions(
    program
      .command('explain')
      .description(
        'Says why a captured request fails verification: another secret, JSON written again, base64, line ends, a stale timestamp, altered headers. It decides with the code of the endpoint itself.',
      )
      .argument('[file]', 'the captured request; - for standard input'),
  )
    .option(...SOURCE_OPTION)
    .addOption(
      new Option('--header <header>', '"name: value"; repeatable').argParser(collect).default([], 'none'),
    )
    .option('--request <id>', 'one that the local run has received, by its id in `events list`')
    .option('--body <text>', 'the body, as text')
    .option('--body-file <file>', 'the body, these bytes exactly')
    .option('--secret-file <file>', 'file with the secret, or several separated by white space')
    .option('--secret-env <name>', 'environment variable with the secret')
    .option(
      '--at <time>',
      'judge the timestamp as of then: ISO 8601, epoch seconds or milliseconds, or "capture" (its own time)',
    )
    .option('--json', 'the findings as one JSON object')
    .addHelpText('after', HELP)
    .action((file: string | undefined, options: ExplainOptions) =>
      run(async (context) => (await import('./run-explain.ts')).runExplain(file, options, context)),
    );
}
