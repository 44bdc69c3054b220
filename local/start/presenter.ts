import { MessageAttribute } from '../../lambdas/contract/message.ts';
import type { LedgerRecord } from '../../lambdas/ledger/record.ts';
import type {
  BatchSettled,
  EventSourceChanged,
  InvocationEnded,
  LocalCloudEvent,
  LogLine,
  RequestAnswered,
  SettledRecord,
} from '../cloud-events.ts';
import type { Colours } from '../colours.ts';
import { parseRecord } from '../json.ts';
import { safeText } from '../safe-text.ts';

export interface PresenterOptions {
  readonly colours: Colours;
  readonly verbose: boolean;
  writeLine(line: string): void;
  /** The ledger's record of an event; undefined when there is none, or no ledger any more. */
  readRecord(eventId: string): Promise<LedgerRecord | undefined>;
  /** `ingest` or `consumer`. */
  roleOf(functionName: string): string;
  nowMs(): number;
}

/** Room for a handler's error, which the ledger cuts at 500 characters, and for what is said about it. */
const MAX_CHARACTERS = 1_000;

/** What the line about the settled record says too, with the handler and its error. */
const SAID_WHEN_SETTLED = 'event dead-lettered';

/** What the consumer says of each event while calls to the ledger do not end. */
const LEDGER_UNREACHABLE: ReadonlySet<unknown> = new Set(['ledger unreachable', 'claim not withdrawn']);
/** Said once, and again when it happens anew after such a time. */
const OVERLOAD_QUIET_MS = 30_000;
const MAX_REMEMBERED = 10_000;

/** Fields that every line has, or that another line of the console says. What else a handler logs is shown. */
const KNOWN_FIELDS: ReadonlySet<string> = new Set(
  'level message handler event_id reason timestamp service sampling_rate cold_start function_arn function_memory_size function_name function_request_id xray_trace_id tenant_id event_type attempt error code retryable stack'.split(
    ' ',
  ),
);

/** Tells in human words what happens in the local cloud, one line for each thing that matters. */
export function createPresenter(options: PresenterOptions): (event: LocalCloudEvent) => void {
  const { colours } = options;
  const say = (mark: string, text: string, aside = ''): void => {
    const time = colours.dim(new Date(options.nowMs()).toTimeString().slice(0, 8));
    const end = aside === '' ? '' : ` ${colours.dim(safeText(aside))}`;
    options.writeLine(`${time} ${mark} ${safeText(text, MAX_CHARACTERS)}${end}`);
  };
  const good = colours.green('✓');
  const waiting = colours.yellow('↻');
  const bad = colours.red('✗');
  /** Event → when it completed, as told: the same again is a duplicate, which ran nothing. */
  const completed = new Map<string, number | undefined>();
  let overloadedAtMs: number | undefined;

  function request({
    method,
    path,
    status,
    durationMs,
    requestHeaders,
    responseBody,
  }: RequestAnswered): void {
    const code = parseRecord(responseBody)?.['code'];
    const id = requestHeaders['svix-id'] ?? requestHeaders['webhook-id'];
    const words = [`${method} ${path}`, String(status), typeof code === 'string' ? code : '', id ?? ''];
    const text = words.filter((word) => word !== '').join(' ');
    say(status < 300 ? good : bad, text, `${Math.round(durationMs)} ms`);
  }

  async function batch({ records, refusedAnswer }: BatchSettled): Promise<void> {
    if (refusedAnswer !== undefined) say(bad, `consumer: the whole batch comes back, ${refusedAnswer}`);
    const reads = records.map(async (record) => {
      const eventId = record.attributes[MessageAttribute.SVIX_ID];
      return eventId === undefined ? undefined : await options.readRecord(eventId).catch(() => undefined);
    });
    for (const [index, record] of records.entries()) settled(record, await reads[index]);
  }

  function settled(
    { attributes, outcome, messageId }: SettledRecord,
    record: LedgerRecord | undefined,
  ): void {
    const type = attributes[MessageAttribute.EVENT_TYPE] ?? 'message';
    const id = attributes[MessageAttribute.SVIX_ID] ?? messageId;
    const failure = record?.failures.at(-1);
    const cause = [failure?.handler, failure?.error, failure?.message].filter((part) => part !== undefined);
    const why = cause.map((part) => `: ${part}`).join('');
    if (outcome === 'returned') {
      const waitMs = record?.not_before_ms === undefined ? 0 : record.not_before_ms - options.nowMs();
      // Why each of them comes back has been said, once.
      if (why === '' && waitMs <= 0 && isOverloaded()) return;
      const again = waitMs > 0 ? `again in ${Math.ceil(waitMs / 1000)} s` : 'comes back later';
      say(waiting, `${type} ${id} not done, ${again}${why}`);
    } else if (record?.status === 'COMPLETED' && isTold(id, record.completed_at_ms)) {
      say(' ', `${type} ${id} is a duplicate: completed before, nothing was run`);
    } else if (record?.status === 'COMPLETED') {
      const attempts = record.attempts_total > 1 ? ` after ${record.attempts_total} attempts` : '';
      say(good, `${type} ${id} COMPLETED${attempts}`);
    } else {
      const reason = record?.dead_letter_reason === undefined ? '' : ` (${record.dead_letter_reason})`;
      say(bad, `${type} ${id} dead-lettered${reason}${why}`);
    }
  }

  function isTold(id: string, completedAtMs: number | undefined): boolean {
    if (completed.has(id) && completed.get(id) === completedAtMs) return true;
    completed.set(id, completedAtMs);
    const [oldest] = completed.keys();
    if (completed.size > MAX_REMEMBERED && oldest !== undefined) completed.delete(oldest);
    return false;
  }

  function isOverloaded(): boolean {
    return overloadedAtMs !== undefined && options.nowMs() - overloadedAtMs <= OVERLOAD_QUIET_MS;
  }

  /** Each event that waits for it would say so, thousands of times. */
  function overloaded(cause: unknown): void {
    const isTold = isOverloaded();
    overloadedAtMs = options.nowMs();
    if (isTold) return;
    say(
      bad,
      'this machine cannot keep up: the ledger does not answer in time; events come back',
      String(cause),
    );
  }

  function invocation({ functionName, result, error }: InvocationEnded): void {
    if (result === 'success') return;
    const role = options.roleOf(functionName);
    say(bad, `${role} function failed (${result}): ${error?.errorType}: ${error?.errorMessage}`);
  }

  function eventSource({ state }: EventSourceChanged): void {
    if (state === 'Disabled') say(waiting, 'paused: events are accepted, and wait in the queue for a resume');
    if (state === 'Enabled') say(good, 'resumed: events are taken from the queue again');
  }

  function log({ functionName, line }: LogLine): void {
    const role = options.roleOf(functionName);
    if (options.verbose) {
      // Whole, but for what would move the cursor: a handler's text may be a customer's.
      options.writeLine(colours.dim(`[${role}] ${safeText(line, line.length)}`));
      return;
    }
    const entry = parseRecord(line);
    if (entry === undefined) {
      if (line.trim() !== '') say(' ', `${role}: ${line}`);
      return;
    }
    const { level, message, handler, event_id: eventId, reason } = entry;
    if (typeof message !== 'string' || level === 'DEBUG' || message === SAID_WHEN_SETTLED) return;
    if (LEDGER_UNREACHABLE.has(message)) {
      overloaded(entry['cause']);
      return;
    }
    const own = Object.entries(entry).flatMap(([name, value]) =>
      KNOWN_FIELDS.has(name) ? [] : `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    );
    const details = [handler, eventId, reason, ...own].filter((part) => typeof part === 'string').join(' ');
    say(level === 'ERROR' ? bad : ' ', `${role}: ${message}`, details);
  }

  return (event) => {
    switch (event.type) {
      case 'request-answered':
        request(event);
        break;
      case 'batch-settled':
        void batch(event);
        break;
      case 'invocation-ended':
        invocation(event);
        break;
      case 'alert':
        say(colours.yellow('!'), `alert: ${event.subject ?? event.message.split('\n')[0]}`);
        break;
      case 'log':
        log(event);
        break;
      case 'event-source-changed':
        eventSource(event);
        break;
      case 'poll-failed':
        say(bad, `the queue does not answer: ${String(event.error)}`);
        break;
    }
  };
}
