import { FailureReason } from '../../lambdas/contract/failure.ts';
import { AnswerCode } from '../../lambdas/contract/http.ts';
import { PING_EVENT_TYPE } from '../../lambdas/contract/message.ts';
import { catalogue } from '../../lambdas/events/catalogue.ts';
import { samples, syncVariants } from '../../lambdas/events/samples.ts';
import { sign } from '../../lambdas/ingest/signature.ts';
import { signRequest, type Tampering } from '../core/sign-request.ts';
import { OTHER_SENDER, type PromisedEnding, type Scenario } from './scenario.ts';

const LARGE_BYTES = 350 * 1024;

const COMPLETED: PromisedEnding = {
  status: 200,
  code: AnswerCode.ACCEPTED,
  end: 'COMPLETED',
  recorded: true,
  intact: true,
  dead_letters: 0,
};
const DEAD_LETTERED: PromisedEnding = {
  ...COMPLETED,
  end: 'DEAD-LETTERED',
  attempts: 1,
  dead_letters: 1,
};
const REFUSED: PromisedEnding = { end: 'REFUSED', recorded: false, dead_letters: 0 };
const FORGED: PromisedEnding = { ...REFUSED, status: 401, code: AnswerCode.INVALID_SIGNATURE };

/** Everything that the demo sends, with the ending that this project promises for it. */
export function demoScenarios(): readonly Scenario[] {
  return [
    ...Object.keys(catalogue).map((type) => signed(type, sample(type), COMPLETED)),
    {
      ...signed('the same event, twice', ping({}), {
        ...COMPLETED,
        attempts: 1,
        duplicate_status: 200,
        duplicate_ignored: true,
      }),
      deliveredTwice: true,
    },
    signed('a forged signature', sample('sync.complete'), FORGED, 'signature'),
    signed('a body changed on the way', sample('sync.complete'), FORGED, 'body'),
    signed('a stale timestamp', sample('sync.complete'), FORGED, 'timestamp'),
    {
      name: 'a replay shifted into the id',
      promised: { ...REFUSED, status: 400, code: AnswerCode.INVALID_HEADERS },
      request: shiftedReplay,
    },
    signed('fails twice, then succeeds', ping({ fail_times: 2 }), { ...COMPLETED, attempts: 3 }),
    signed('fails for good', ping({ fail_permanently: true }), {
      ...DEAD_LETTERED,
      reason: FailureReason.PERMANENT,
      error: 'NonRetryableError',
    }),
    signed('a body that is not JSON', 'result=SUCCESS&type=sync.complete', {
      ...DEAD_LETTERED,
      reason: FailureReason.INVALID_JSON,
    }),
    signed('an error message with emoji', withEmoji(), COMPLETED),
    signed('a body of 350 KB', large(), COMPLETED),
    { ...signed('of another sender', response(), { ...COMPLETED, attempts: 1 }), source: OTHER_SENDER },
    { ...signed('of another sender, forged', response(), FORGED, 'signature'), source: OTHER_SENDER },
  ];
}

function signed(name: string, body: string, promised: PromisedEnding, tamper?: Tampering): Scenario {
  return {
    name,
    promised,
    request: ({ eventId, secret, nowMs }) =>
      signRequest({
        id: eventId,
        body: Buffer.from(body),
        secret,
        nowMs,
        ...(tamper === undefined ? {} : { tamper }),
      }),
  };
}

function sample(type: string): string {
  return JSON.stringify(Object.entries(samples).find(([name]) => name === type)?.[1]);
}

function ping(fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...samples[PING_EVENT_TYPE], ...fields });
}

function response(): string {
  return JSON.stringify({ type: 'response.completed', data: { id: 'resp_1' } });
}

function withEmoji(): string {
  return JSON.stringify({ ...syncVariants.error, error_message: 'no access 🔒 – ask Zoë 👩🏽‍💻 (日本)' });
}

/** As large as Svix sends; SQS takes three times that. */
function large(): string {
  const body = (padding: string) => JSON.stringify({ ...samples['entity.entity_mapping.updated'], padding });
  return body('x'.repeat(LARGE_BYTES - body('').length));
}

/**
 * What common verifiers take as fresh: of a day-old capture, `.{now}.` within the body is read as the end of
 * the id and the timestamp. The signed bytes are the same, so the signature matches.
 */
function shiftedReplay({ eventId, secret, nowMs }: Parameters<Scenario['request']>[0]) {
  const nowSeconds = Math.floor(nowMs / 1000);
  const capturedSeconds = nowSeconds - 86_400;
  const [left, right] = ['{"note":"', `"}`];
  const signature = sign({
    id: eventId,
    timestampSeconds: capturedSeconds,
    body: `${left}.${nowSeconds}.${right}`,
    secret,
  });
  return {
    id: `${eventId}.${capturedSeconds}.${left}`,
    timestamp: String(nowSeconds),
    signature,
    body: Buffer.from(right),
  };
}
