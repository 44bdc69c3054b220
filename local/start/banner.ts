import type { LocalCloud } from '../cloud.ts';
import type { Colours } from '../colours.ts';
import type { LocalDatabase } from '../database/local-database.ts';
import { EXPORTS_FILE } from '../exports-file.ts';
import type { StartOptions } from './options.ts';

export interface ServedInspector {
  readonly url: string;
  close(): Promise<void>;
}

export interface Running {
  readonly cloud: LocalCloud;
  readonly inspector: ServedInspector | undefined;
  readonly database: LocalDatabase | undefined;
  readonly supaglueUrl?: string | undefined;
  readonly options: Pick<StartOptions, 'write'>;
}

/** What a user needs first: addresses, the secret, and what to type next. */
export function banner(
  { cloud, inspector, database, supaglueUrl, options: { write } }: Running,
  { bold, dim }: Colours,
): string {
  const readOnly = write === true ? '' : `   ${dim('read-only; --write lets it redrive and delete')}`;
  return [
    '',
    `  Webhook URL     ${bold(cloud.webhookUrl)}`,
    ...(cloud.functionWebhookUrl === undefined
      ? []
      : [`  Function URL    ${bold(cloud.functionWebhookUrl)}`]),
    ...cloud.sources.map((name) => `    of ${name.padEnd(10)} ${bold(`${cloud.webhookUrl}/${name}`)}`),
    `  Signing secret  ${bold(cloud.secret)}`,
    ...(inspector === undefined ? [] : [`  Inspector       ${bold(inspector.url)}${readOnly}`]),
    ...(database === undefined ? [] : databaseLines(database, { bold, dim })),
    ...(supaglueUrl
      ? [`  Supaglue's API  ${bold(supaglueUrl)}   ${dim('npx supaglue-webhooks supaglue --help')}`]
      : []),
    `  Shell exports   ${EXPORTS_FILE}   ${dim(`. ${EXPORTS_FILE}`)}`,
    '',
    `  Try it in another terminal:  ${bold('npx supaglue-webhooks send sync.complete --local')}`,
    `  ${dim('Changes below app/ are built and taken over. Ctrl-C stops.')}`,
    '',
  ].join('\n');
}

/** A given URL is not shown: the user knows it, and its password. */
function databaseLines(
  { url, isEmbedded }: LocalDatabase,
  { bold, dim }: Pick<Colours, 'bold' | 'dim'>,
): string[] {
  return [
    `  Database        ${isEmbedded ? bold(url) : `the given one   ${dim('$DATABASE_URL')}`}`,
    `                  ${dim('npx supaglue-webhooks database tables --local')}`,
  ];
}
