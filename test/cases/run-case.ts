import type { ConsumerHarness } from '../support/consumer-harness.ts';
import { redelivered } from '../support/consumer-harness.ts';

export interface Step {
  /** Statements before the events. */
  readonly database: readonly string[];
  /** Bodies of events, as they are posted. */
  readonly send: readonly Readonly<Record<string, unknown>>[];
}

/** One file of a case: see README.md. */
export interface Case extends Step {
  readonly name: string;
  readonly why: string;
  readonly more?: readonly Step[];
  readonly then: {
    readonly ledger: 'COMPLETED' | 'DEAD';
    readonly rows: readonly { readonly query: string; readonly count: number }[];
    readonly log: string | null;
  };
}

export interface CaseWorld {
  readonly harness: ConsumerHarness;
  sql(statement: string): Promise<{ readonly rowCount: number }>;
  /** The body with the schemas of the run in place of the case's. */
  placed(body: string): string;
}

export interface CaseEnd {
  readonly ledger: readonly string[];
  readonly rows: readonly { readonly query: string; readonly count: number }[];
  readonly log: string;
}

let events = 0;

/** Plays a case's steps, each event followed to its end, and tells how it all ended. */
export async function runCase(each: Case, world: CaseWorld): Promise<CaseEnd> {
  const { harness, sql } = world;
  const from = harness.lines.length;
  const ledger: string[] = [];
  for (const step of [each, ...(each.more ?? [])]) {
    for (const statement of step.database) await sql(statement);
    for (const body of step.send) ledger.push(await endOf(body, world));
  }
  const rows: { query: string; count: number }[] = [];
  for (const { query } of each.then.rows) rows.push({ query, count: (await sql(query)).rowCount });
  const log = harness.lines
    .slice(from)
    .map((line) => JSON.stringify(line))
    .join('\n');
  return { ledger, rows, log };
}

async function endOf(body: unknown, { harness, placed }: CaseWorld): Promise<string> {
  const eventId = `msg_case_${++events}`;
  await harness.send(eventId, placed(JSON.stringify(body)), { 'received-at': String(harness.clock.nowMs()) });
  const [record] = await harness.receive();
  if (record === undefined) throw new Error('nothing was received');
  for (let delivery = record; ; delivery = redelivered(delivery)) {
    const returned = await harness.run([delivery]);
    if (returned.length === 0) break;
    harness.clock.advance(60 * 60_000);
  }
  const after = await harness.dependencies.ledger.read(eventId);
  if (after?.status === 'COMPLETED') return 'COMPLETED';
  return after?.dead_letter_reason === undefined ? `${after?.status}` : 'DEAD';
}
