import { SECRET_PROBLEMS } from '../core/secret-mending.ts';
import { isMalformed, readSecretValue } from '../core/secret-value.ts';
import { GUESSABLE, SECRET_WEAKNESSES } from '../core/secret-weakness.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/**
 * @param stored - the stored value; undefined when there is none
 * @param source - whose it is @default Supaglue
 */
export function judgeSecret(stored: string | undefined, source?: string): Finding {
  const settings = source === undefined ? 'Supaglue, Settings, Webhooks' : `the settings of ${source}`;
  const set = source === undefined ? 'secret set' : `secret set --source ${source}`;
  if (stored === undefined) {
    return fail('none is stored: every webhook is answered with 500', {
      mend: `store the one from ${settings}`,
      command: set,
    });
  }
  const entries = readSecretValue(stored);
  const malformed = entries.find(isMalformed);
  if (malformed !== undefined) {
    const what = malformed.problems.map((problem) => SECRET_PROBLEMS[problem]).join('; ');
    return fail(`secret ${malformed.position} is malformed: ${what}; every webhook is answered with 500`, {
      mend: `store the one from ${settings}`,
      command: `${set} --replace`,
    });
  }
  for (const entry of entries) {
    if (isMalformed(entry) || entry.weakness === undefined) continue;
    const judge = GUESSABLE.has(entry.weakness) ? fail : warn;
    return judge(`secret ${entry.position}: ${SECRET_WEAKNESSES[entry.weakness]}`, {
      mend: `rotate it in ${settings}, and store the new one`,
      command: `${set} --add`,
    });
  }
  return ok(entries.length === 1 ? '1, valid, looks random' : `${entries.length}, all valid, look random`);
}
