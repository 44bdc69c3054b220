import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { httpEvent, lambdaContext, testHandler } from '../ingest/fixtures.ts';
import { createRandom, type Random } from '../simulation/random.ts';

const NOW_SECONDS = 1_795_000_000;
/** Genuine ones between the others: a verifier that refuses everything proves nothing. */
const GENUINE_EVERY = 500;

export interface AsymmetricTotals {
  readonly genuine: number;
  readonly genuineAccepted: number;
  readonly changed: number;
  /** What was done to each changed request that was accepted: none may be. */
  readonly accepted: readonly string[];
  readonly byChange: Readonly<Record<string, number>>;
}

interface Request {
  id: string;
  timestamp: string;
  body: string;
  signature: string;
}

interface Keys {
  readonly privateKey: KeyObject;
  readonly stranger: KeyObject;
  readonly publicBytes: Buffer;
}

type Change = (request: Request, random: Random, keys: Keys) => void;

const signed = ({ id, timestamp, body }: Request, key: KeyObject) =>
  `v1a,${sign(null, Buffer.from(`${id}.${timestamp}.${body}`), key).toString('base64')}`;
const bytesOf = ({ signature }: Request) => Buffer.from(signature.slice('v1a,'.length), 'base64');

/** Each leaves a request that its sender never signed, or a signature in a form that is none. */
const CHANGES: Readonly<Record<string, Change>> = {
  'a bit of the signature': (request, random) => {
    const bytes = bytesOf(request);
    const at = random.integer(0, bytes.length - 1);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(0, 7));
    request.signature = `v1a,${bytes.toString('base64')}`;
  },
  'a character of the body': (request, random) => {
    const at = random.integer(0, request.body.length - 1);
    request.body = `${request.body.slice(0, at)}~${request.body.slice(at + 1)}`;
  },
  'the end of the body': (request, random) => {
    request.body = random.chance(0.5) ? `${request.body} ` : request.body.slice(0, -1);
  },
  'the id': (request, random) => {
    request.id += random.integer(0, 9);
  },
  'the timestamp': (request, random) => {
    request.timestamp = String(NOW_SECONDS + random.integer(1, 299));
  },
  'text between the parts': (request) => {
    // `a.1.b` + `c` and `a.1.bc` are the same bytes only where an id may hold a dot.
    request.id = `${request.id}.${request.timestamp}`;
  },
  'the key': (request, _random, { stranger }) => {
    request.signature = signed(request, stranger);
  },
  'the version': (request, random) => {
    request.signature = request.signature.replace('v1a,', random.pick(['v1,', 'v1b,', 'v2a,', 'V1A,', '']));
  },
  'the public key as a shared secret': (request, random, { publicBytes }) => {
    const key = random.pick([publicBytes, publicBytes.toString('base64'), publicBytes.toString('hex')]);
    const hmac = createHmac('sha256', key).update(`${request.id}.${request.timestamp}.${request.body}`);
    request.signature = `${random.pick(['v1', 'v1a'])},${hmac.digest('base64')}`;
  },
  'the base64': (request, random) => {
    const text = request.signature.slice('v1a,'.length);
    const at = random.integer(1, text.length - 3);
    request.signature = `v1a,${random.pick([
      text.replace(/=+$/, ''),
      `${text}=`,
      `${text.slice(0, at)}\t${text.slice(at)}`,
      `${text.slice(0, at)}%${text.slice(at)}`,
      text.slice(0, at),
      text.toLowerCase(),
    ])}`;
  },
  'its length': (request, random) => {
    const bytes = bytesOf(request);
    const other = random.chance(0.5)
      ? bytes.subarray(0, random.integer(0, 63))
      : Buffer.concat([bytes, bytes]);
    request.signature = `v1a,${other.toString('base64')}`;
  },
  'four forged ones before it': (request, random, { stranger }) => {
    const forged = Array.from({ length: random.integer(4, 12) }, () => signed(request, stranger));
    request.signature = [...forged, request.signature].join(' ');
  },
};

/** Changes signed requests, and asks the function as it is deployed whether it takes them. */
export async function changeAsymmetric(
  cases: number,
  seed: number,
  onCase: (done: number) => void = () => undefined,
): Promise<AsymmetricTotals> {
  const random = createRandom(seed, 'asymmetric');
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const publicBytes = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const keys = { privateKey, stranger: generateKeyPairSync('ed25519').privateKey, publicBytes };
  const { handle } = testHandler({
    nowMs: () => NOW_SECONDS * 1_000,
    fetchSecret: async () => `whpk_${publicBytes.toString('base64')}`,
    enqueue: async () => undefined,
  });
  const isAccepted = async ({ id, timestamp, body, signature }: Request) => {
    const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
    const event = httpEvent({ headers, body: Buffer.from(body) });
    return (await handle(event, lambdaContext())).statusCode === 200;
  };
  const totals = { genuine: 0, genuineAccepted: 0, changed: 0 };
  const accepted: string[] = [];
  const byChange: Record<string, number> = {};
  for (let index = 0; index < cases; index++) {
    const draft = {
      id: `msg_${index}`,
      timestamp: String(NOW_SECONDS - random.integer(0, 299)),
      body: JSON.stringify({ type: 'thing.done', data: { n: random.integer(0, 1_000_000) } }),
    };
    const request: Request = { ...draft, signature: signed({ ...draft, signature: '' }, privateKey) };
    if (index % GENUINE_EVERY === 0) {
      totals.genuine += 1;
      if (await isAccepted(request)) totals.genuineAccepted += 1;
    }
    const [name, change] = random.pick(Object.entries(CHANGES));
    change(request, random, keys);
    totals.changed += 1;
    byChange[name] = (byChange[name] ?? 0) + 1;
    if (await isAccepted(request)) accepted.push(`${name} (case ${index})`);
    onCase(index + 1);
  }
  return { ...totals, accepted, byChange };
}
