import { eventIdFrom } from '../../lambdas/contract/source.ts';
import { REJECTED } from '../../lambdas/ingest/report.ts';
import type { LocalCloudEvent, RequestAnswered } from '../cloud-events.ts';
import { parseRecord } from '../json.ts';
import { type LoopbackServer, listenOnLoopback } from '../loopback-server.ts';

/** Of each kind: what ingest logged, and whole requests. */
const MAX_KEPT = 1_000;
const MAX_BYTES = 32 * 1024 * 1024;

interface KeptRequest {
  /** Request id, and of an accepted one the event's. */
  readonly ids: readonly string[];
  readonly bytes: number;
  /** As API Gateway hands it to a function: `explain` reads such a file. */
  readonly event: object;
}

/** The newest requests of a local run in memory: what ingest logged of them, as on AWS, and the requests whole. */
export class ReceivedRequests {
  readonly #ingestName: string;
  readonly #lines: object[] = [];
  readonly #requests: KeptRequest[] = [];
  #bytes = 0;

  constructor(ingestName: string) {
    this.#ingestName = ingestName;
  }

  observe(event: LocalCloudEvent, nowMs: number): void {
    if (event.type === 'request-answered') this.#keep(event, nowMs);
    if (event.type === 'log' && event.functionName === this.#ingestName) this.#note(event.line, nowMs);
  }

  /** `/`: the lines, newest first; `/ID`: one request, by its own id or its event's. */
  listen(): Promise<LoopbackServer> {
    return listenOnLoopback(
      ({ url = '/' }, response) => {
        const id = decodeURIComponent(url.slice(1));
        const found = id === '' ? this.#lines.toReversed() : this.#find(id);
        response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(found));
      },
      0,
      { callers: 'credentialed' },
    );
  }

  #find(id: string): object | undefined {
    return this.#requests.findLast(({ ids }) => ids.includes(id))?.event;
  }

  #note(line: string, at_ms: number): void {
    const record = parseRecord(line) ?? {};
    if (record['EventsAccepted'] !== 1 && record['message'] !== REJECTED) return;
    const { event_id, event_type, customer, code, reason, request_id, age_seconds } = record;
    this.#lines.push({ at_ms, event_id, event_type, customer, code, reason, request_id, age_seconds });
    if (this.#lines.length > MAX_KEPT) this.#lines.shift();
  }

  #keep(request: RequestAnswered, timeEpoch: number): void {
    const { requestId, requestHeaders: headers, requestBody, status, path } = request;
    if (requestBody === undefined) return;
    const body = requestBody.toString('base64');
    const bytes = body.length + JSON.stringify(headers).length;
    const id = headers['svix-id'] ?? headers['webhook-id'] ?? '';
    this.#requests.push({
      ids:
        status === 200 ? [requestId, eventIdFrom(/\/webhooks\/([^/]+)$/.exec(path)?.[1], id)] : [requestId],
      bytes,
      event: {
        version: '2.0',
        rawPath: path,
        headers,
        requestContext: { timeEpoch },
        body,
        isBase64Encoded: true,
      },
    });
    this.#bytes += bytes;
    while (this.#requests.length > MAX_KEPT || this.#bytes > MAX_BYTES) {
      this.#bytes -= this.#requests.shift()?.bytes ?? 0;
    }
  }
}
