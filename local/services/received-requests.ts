import { eventIdFrom } from '../../lambdas/contract/source.ts';
import { REJECTED } from '../../lambdas/ingest/report.ts';
import type { LocalCloudEvent, RequestAnswered } from '../cloud-events.ts';
import { parseRecord } from '../json.ts';
import { type LoopbackServer, listenOnLoopback } from '../loopback-server.ts';

/** Of each kind: what ingest logged, and whole requests. */
const MAX_KEPT = 1_000;
const MAX_CHARACTERS = 32 * 1024 * 1024;

/** The newest requests of a local run in memory: what ingest logged of them, as on AWS, and the requests whole. */
export class ReceivedRequests {
  readonly #ingestName: string;
  readonly #lines: object[] = [];
  readonly #requests: { readonly ids: readonly string[]; readonly json: string }[] = [];
  #characters = 0;

  constructor(ingestName: string) {
    this.#ingestName = ingestName;
  }

  observe(event: LocalCloudEvent, at_ms: number): void {
    if (event.type === 'request-answered') this.#keep(event, at_ms);
    if (event.type !== 'log' || event.functionName !== this.#ingestName) return;
    const record = parseRecord(event.line) ?? {};
    if (record['EventsAccepted'] !== 1 && record['message'] !== REJECTED) return;
    const { event_id, event_type, customer, code, reason, request_id, age_seconds } = record;
    this.#lines.unshift({ at_ms, event_id, event_type, customer, code, reason, request_id, age_seconds });
    this.#lines.length = Math.min(this.#lines.length, MAX_KEPT);
  }

  /** `/`: the lines, newest first; `/ID`: one request, by its own id or its event's. */
  listen(): Promise<LoopbackServer> {
    return listenOnLoopback(
      ({ url = '/' }, response) => {
        const id = decodeURIComponent(url.slice(1));
        const kept = this.#requests.findLast(({ ids }) => ids.includes(id))?.json;
        const answer = id === '' ? JSON.stringify(this.#lines) : kept;
        response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
        response.end(answer);
      },
      0,
      { callers: 'credentialed' },
    );
  }

  #keep(
    { requestId, requestHeaders: headers, requestBody, status, path }: RequestAnswered,
    timeEpoch: number,
  ) {
    if (requestBody === undefined) return;
    const body = requestBody.toString('base64');
    const id = headers['svix-id'] ?? headers['webhook-id'] ?? '';
    const eventId = eventIdFrom(/\/webhooks\/([^/]+)$/.exec(path)?.[1], id);
    // As API Gateway hands it to a function: `explain` reads such a file.
    const event = { version: '2.0', headers, requestContext: { timeEpoch }, body, isBase64Encoded: true };
    const json = JSON.stringify(event);
    this.#requests.push({ ids: status === 200 ? [requestId, eventId] : [requestId], json });
    this.#characters += json.length;
    while (this.#requests.length > MAX_KEPT || this.#characters > MAX_CHARACTERS) {
      this.#characters -= this.#requests.shift()?.json.length ?? 0;
    }
  }
}
