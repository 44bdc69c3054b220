import { ConsumerEnvironment } from '../../lambdas/contract/environment.ts';
import { safeText } from '../../local/safe-text.ts';
import { type Finding, note, ok } from './finding.ts';

/** Where the API key goes: a Supaglue of one's own must not send it to the cloud's. Nothing is asked of it. */
export function judgeSupaglue(environment: Readonly<Record<string, string>>): Finding {
  if (environment[ConsumerEnvironment.DATABASE_SECRET_ID] === undefined) {
    return note('no database: Supaglue is asked for nothing');
  }
  const url = environment[ConsumerEnvironment.SUPAGLUE_API_URL];
  return url === undefined
    ? note('no API key is configured: Supaglue is asked neither for mappings, schemas nor full syncs')
    : ok(`its API key is used at ${safeText(url)}`);
}
