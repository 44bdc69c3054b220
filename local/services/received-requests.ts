import { eventIdFrom } from '../../lambdas/contract/source.ts';
import { REJECTED } from '../../lambdas/ingest/report.ts';
import type { LocalCloudEvent, RequestAnswered } from '../cloud-events.ts';
import { parseRecord } from '../json.ts';
import { type LoopbackServer, listenOnLoopback } from '../loopback-server.ts';

/** Of each kind: what ingest logged, and whole requests. */
const MAX_KEPT = 1_000;
const MAX_CHARACTERS = 32 * 1024 * 1024;

interface KeptRequest {
  readonly ids: readonly string[];
  readonly headers: RequestAnswered['requestHeaders'];
  readonly timeEpoch: number;
  readonly body: Buffer;
}

/** The newest requests of a local run in memory: what ingest logged of them, as on AWS, and the requests whole. */
export class ReceivedRequests {
  readonly #ingestName: string;
  readonly #lines: object[] = [];
  readonly #requests: KeptRequest[] = [];
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
        const kept = this.#requests.findLast(({ ids }) => ids.includes(id));
        const answer = id === '' ? JSON.stringify(this.#lines) : kept && eventText(kept);
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
    const id = headers['svix-id'] ?? headers['webhook-id'] ?? '';
    const eventId = eventIdFrom(/\/webhooks\/([^/]+)$/.exec(path)?.[1], id);
    const ids = status === 200 ? [requestId, eventId] : [requestId];
    const kept = { ids, headers, timeEpoch, body: requestBody };
    this.#requests.push(kept);
    this.#characters += charactersOf(kept);
    while (this.#requests.length > MAX_KEPT || this.#characters > MAX_CHARACTERS) {
      const gone = this.#requests.shift();
      this.#characters -= gone === undefined ? 0 : charactersOf(gone);
    }
  }
}

/** As API Gateway hands it to a function, which `explain` reads. Made when it is asked for: events pass by in floods. */
function eventText({ headers, timeEpoch, body }: KeptRequest): string {
  const event = { version: '2.0', headers, requestContext: { timeEpoch } };
  return JSON.stringify({ ...event, body: body.toString('base64'), isBase64Encoded: true });
}

/** Of the headers, and of the body in base64. */
function charactersOf({ headers, body }: KeptRequest): number {
  return Object.entries(headers).join().length + Math.ceil(body.length / 3) * 4;
}
