import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import type { Delivery } from './delivery.ts';
import { HEADER_FIELDS } from './draft.ts';
import type { FuzzCase } from './fuzz-case.ts';

/** Others' verifiers of the same signature. */
export const ORACLES = ['svix', 'standardwebhooks'] as const;
export type OracleName = (typeof ORACLES)[number];

export interface OracleAnswer {
  readonly accepted: boolean;
  /** The stored secret that it verified with. */
  readonly secret?: string;
  /** It found a signature that matches, and then could not parse the body. */
  readonly refusedAsJson: boolean;
}

const STANDARD_NAMES = new Set(HEADER_FIELDS.map((field) => `webhook-${field}`));
const RENAMED = new Map(HEADER_FIELDS.map((field) => [`svix-${field}`, `webhook-${field}`]));

type Headers = Record<string, string>;
type Payload = string | Buffer;

const VERIFY: Readonly<Record<OracleName, (secret: string, payload: Payload, headers: Headers) => void>> = {
  svix: (secret, payload, headers) => void new SvixWebhook(secret).verify(payload, headers),
  standardwebhooks: (secret, payload, headers) =>
    void new StandardWebhook(secret).verify(payload, withStandardNames(headers), { jsonParse: false }),
};

/** They know one secret each: in a set, one that verifies is enough, as their users write it. */
export function askOracle(name: OracleName, given: FuzzCase, delivery: Delivery): OracleAnswer {
  const { spelledHeaders, body, isBase64Encoded } = delivery;
  const payload = isBase64Encoded ? body : body.toString('utf8');
  const secrets = given.storedSecret.split(/\s+/).filter((entry) => entry !== '');
  return atTime(given.nowMs, () => {
    let refusedAsJson = false;
    for (const secret of secrets) {
      try {
        VERIFY[name](secret, payload, spelledHeaders);
        return { accepted: true, secret, refusedAsJson };
      } catch (error) {
        refusedAsJson ||= error instanceof Error && error.name === 'SyntaxError';
      }
    }
    return { accepted: false, refusedAsJson };
  });
}

/** `standardwebhooks` does not know Svix's names; whoever uses it with them renames all three. */
function withStandardNames(headers: Headers): Headers {
  const own: Headers = {};
  const renamed: Headers = {};
  for (const [name, value] of Object.entries(headers)) {
    const key = name.toLowerCase();
    if (STANDARD_NAMES.has(key)) own[key] = value;
    const standard = RENAMED.get(key);
    if (standard !== undefined) renamed[standard] = value;
  }
  return Object.keys(renamed).length === 0 ? own : renamed;
}

/** Both ask `Date.now` and both refuse by an error that formats its stack, which costs more than the rest. */
function atTime<Result>(nowMs: number, work: () => Result): Result {
  const { now } = Date;
  const { stackTraceLimit } = Error;
  Date.now = () => nowMs;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Date.now = now;
    Error.stackTraceLimit = stackTraceLimit;
  }
}
