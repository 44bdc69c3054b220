import { sourceOf } from '../../../lambdas/contract/source.ts';
import type { IngestLine } from '../../events/ingest-log.ts';
import type { CauseText } from '../../explain/causes.ts';
import { causeText } from './cause-text.ts';

/** What the logged reason of a refusal most likely means; undefined where the reason says it all, or is AWS's. */
export function likelyCause({ reason = '', age_seconds: age = 0 }: IngestLine): CauseText | undefined {
  const [, problem, header = ''] = /^(missing|malformed)-(.+)$/.exec(reason) ?? [];
  if (problem === 'missing') return causeText({ cause: 'header-missing', header });
  if (problem === 'malformed') {
    return causeText(
      header.endsWith('-id') ? { cause: 'id-malformed', header } : { cause: 'timestamp-malformed' },
    );
  }
  switch (reason) {
    case 'timestamp-too-old':
    case 'timestamp-too-new':
      return causeText({ cause: reason, by_seconds: Math.abs(age) });
    case 'signature-mismatch':
      return causeText({ cause: 'wrong-secret' });
    case 'body-too-large':
      return causeText({ cause: reason });
    case 'source-not-allowed':
      return { what: 'the address is not in allowedSources', mend: 'compare it with the sender’s addresses' };
    default:
      return undefined;
  }
}

/** What explains a refused request that a local run has kept, without the target. */
export function explainCommand({ request_id: id = '', event_id: eventId = '' }: IngestLine): string {
  const source = sourceOf(eventId);
  return `explain --request ${id}${source === undefined ? '' : ` --source ${source}`}`;
}
