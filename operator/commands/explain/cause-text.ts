import { safeText } from '../../../local/safe-text.ts';
import { formatDuration } from '../../cli/format-time.ts';
import { SECRET_PROBLEMS } from '../../core/secret-mending.ts';
import {
  BODY_TEXTS,
  type CauseText,
  HEADER_TEXTS,
  PROXY,
  RAW_BODY,
  SIGNATURE_TEXTS,
} from '../../explain/causes.ts';
import type { Alteration, BodyCause, SignatureCause } from '../../explain/reading.ts';

/** What one finding means, and what to do. */
export function causeText(finding: Alteration): CauseText {
  switch (finding.cause) {
    case 'secret-malformed':
      return {
        what: `secret ${finding.position} is malformed: ${finding.problems.map((problem) => SECRET_PROBLEMS[problem]).join('; ')}`,
        mend: 'store the one from Supaglue, Settings, Webhooks, with: secret set. One bad secret makes all of them refused (500)',
      };
    case 'signed-with-secret-text':
      return {
        what: "the signer took the secret's text for the key",
        mend: 'the key is what follows whsec_, base64-decoded',
      };
    case 'header-missing':
      return { what: `the header ${finding.header} is missing`, mend: PROXY };
    case 'header-renamed':
      return {
        what: `the header ${finding.header} is named ${safeText(finding.found, 60)}`,
        mend: `${PROXY}; payload 2.0 has all names in lower case, with hyphens`,
      };
    case 'headers-mixed':
      return {
        what: `${finding.header} is missing, ${safeText(finding.found, 60)} is there: one family must be whole (svix-* or webhook-*)`,
        mend: PROXY,
      };
    case 'body-reserialised':
      return {
        what: `the body was parsed and written again: signed as JSON that is ${finding.signed}, here it is ${finding.captured}`,
        mend: RAW_BODY,
      };
    case 'timestamp-in-milliseconds':
      return { what: 'the timestamp is in milliseconds', mend: 'it counts whole seconds since 1970' };
    case 'timestamp-malformed':
      return {
        what: 'the timestamp is not digits alone',
        mend: 'it is whole seconds since 1970, without sign, fraction or leading zero',
      };
    case 'timestamp-too-old':
    case 'timestamp-too-new':
      return freshnessText(finding);
    case 'wrong-secret':
      return {
        what: 'the signature was made with another secret, or the body was changed in a way that cannot be undone',
        mend: 'compare the secret with Supaglue, Settings, Webhooks, of this very endpoint and environment; after a rotation: secret set --add',
      };
    case 'header-duplicated':
    case 'header-quoted':
    case 'header-url-encoded':
    case 'header-white-space':
    case 'id-malformed':
      return { what: `the header ${finding.header} ${HEADER_TEXTS[finding.cause]}`, mend: PROXY };
    default:
      return finding.cause in BODY_TEXTS
        ? BODY_TEXTS[finding.cause as BodyCause]
        : { what: SIGNATURE_TEXTS[finding.cause as SignatureCause], mend: PROXY };
  }
}

function freshnessText({
  cause,
  by_seconds: bySeconds,
  fresh_when_received: fresh,
}: Extract<Alteration, { by_seconds: number }>): CauseText {
  const by = formatDuration(bySeconds * 1000);
  if (cause === 'timestamp-too-new') {
    return {
      what: `the timestamp lies ${by} ahead, 5 min are allowed`,
      mend: 'set the clock of this machine, or of the one that signs',
    };
  }
  return {
    what: `the timestamp is ${by} old, 5 min are allowed${fresh === true ? '; when it was received it was in time' : ''}`,
    mend: 'every retry of Svix is signed afresh; to judge a capture as of its own time: --at capture',
  };
}
