import { request } from 'node:http';
import {
  type Inspector,
  type InspectorOptions,
  serveInspector,
} from '../../../operator/inspector/serve-inspector.ts';
import { createRig, type Rig } from '../../operator/dead-letters/rig.ts';
import type { TestEngines } from '../../support/engines.ts';

export const HANDLERS = Object.assign(() => ['backfill', 'audit'], { names: ['backfill', 'audit'] });

/** What a page says, each in its way, whose look has not ended. */
const LOOKING =
  /Looking(?: for (?:dead letters|it on the dead-letter queue)|: [^<]*) …|The letters are being looked through\./;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** An inspector of queues and a ledger of its own. There is no consumer: what is put back stays on the main queue. */
export interface RiggedInspector {
  readonly rig: Rig;
  readonly inspector: Inspector;
  /** Errors of the inspector's own. */
  readonly faults: unknown[];
  /** Path below the address, with its query: `letters?page=2`. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** As a poll of an open page. */
  poll(path: string): Promise<Answer>;
  /** Posts a form as a page of the inspector does, with its token unless `fields` says otherwise. */
  post(
    path: string,
    fields?: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  /** Follows a change to its end by its page. */
  ended(location: string): Promise<Answer>;
  close(): Promise<void>;
}

export async function rigInspector(
  engines: TestEngines,
  options: Partial<InspectorOptions> = {},
): Promise<RiggedInspector> {
  const rig = await createRig(engines);
  const faults: unknown[] = [];
  const inspector = await serveInspector({
    target: rig.target,
    write: true,
    loadHandlers: async () => HANDLERS,
    onFault: (error) => faults.push(error),
    ...options,
  });
  const { origin } = new URL(inspector.url);
  /** A page waits 1.5 s for the first look, which a busy machine does not always finish by then. */
  const get: RiggedInspector['get'] = async (path, headers = {}) => {
    for (;;) {
      const answer = await send(`${inspector.url}${path}`, 'GET', headers);
      if (!LOOKING.test(answer.text)) return answer;
    }
  };
  let token: Promise<string> | undefined;
  const formToken = () => {
    token ??= get('').then(({ text }) => /name="form_token" value="([^"]+)"/.exec(text)?.[1] ?? '');
    return token;
  };
  return {
    rig,
    inspector,
    faults,
    get,
    poll: (path) => get(path, { 'hx-request': 'true' }),
    async post(path, fields = {}, headers = {}) {
      const form = new URLSearchParams({ form_token: await formToken(), ...fields });
      const own = { origin, 'content-type': 'application/x-www-form-urlencoded' };
      return send(`${inspector.url}${path}`, 'POST', { ...own, ...headers }, form.toString());
    },
    async ended(location) {
      for (;;) {
        const answer = await send(`${origin}${location}`, 'GET', {});
        if (!/>(?:At work|Stopping) …</.test(answer.text)) return answer;
      }
    },
    async close() {
      await inspector.close();
      rig.close();
    },
  };
}

/** `fetch` sends neither a `Host` nor an `Origin` of one's own. */
export function send(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // A kept connection may be closed just as it is used again, where this machine is slow enough.
    const outgoing = request(url, { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
