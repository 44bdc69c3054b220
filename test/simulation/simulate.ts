import { parseArgs } from 'node:util';
import { FAULTS, type Fault } from './faults.ts';
import { describeTotals, neverCrashedDuring, type Totals, unreached } from './report.ts';
import { type Job, runOnAllCores } from './run-seeds.ts';
import { replayCommand, shrink, traceOf } from './shrink.ts';

const USAGE = `npm run simulate -- [--seeds N] [--seed FIRST] [--events N] [--without FAULT,FAULT] [--first-failure] [--brief]

  --seeds N         how many seeds to run; default 1000, or 1 with --seed alone
  --seed FIRST      the first seed; default 1
  --events N        events per run; default: what the seed says
  --without LIST    faults to leave out: ${FAULTS.join(', ')}
  --first-failure   stop at the first seed that breaks a promise
  --reconciling     compare Supaglue's API in every seed, not in one of ten
  --brief           print the violations alone, neither shrunk nor traced
  --json            print the totals and the violations as one JSON document

Examples
  npm run simulate -- --seeds 10000          the long run: about ten minutes on two cores
  npm run simulate -- --seed 5207            one seed; what a failure prints is such a command

Exit code 0: every promise held, and everything was reached; 1: not; 2: wrong usage; 130: ended by Ctrl-C.
`;
const PROGRESS_INTERVAL_MS = 10_000;
/** A run of this many seeds must reach everything. */
const SEEDS_THAT_REACH_ALL = 500;
const SEEDS_THAT_CRASH_EVERYWHERE = 5_000;
const print = (text: string) => process.stdout.write(`${text}\n`);

interface Options {
  readonly job: Job;
  readonly brief: boolean;
  readonly json: boolean;
}

function readOptions(): Options | 'help' {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string' },
      seed: { type: 'string' },
      events: { type: 'string' },
      without: { type: 'string' },
      'first-failure': { type: 'boolean', default: false },
      brief: { type: 'boolean', default: false },
      reconciling: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const number = (text: string | undefined, otherwise: number) => {
    const value = text === undefined ? otherwise : Number(text);
    if (!Number.isInteger(value) || value < 1) throw new TypeError(`${text} is not a whole number from 1`);
    return value;
  };
  const without = (values.without ?? '').split(',').filter((name) => name !== '');
  const unknown = without.find((name) => !(FAULTS as readonly string[]).includes(name));
  if (unknown !== undefined) throw new TypeError(`${unknown} is no fault`);
  const job: Job = {
    first: number(values.seed, 1),
    seeds: number(values.seeds, values.seed === undefined ? 1_000 : 1),
    stride: 1,
    firstFailure: values['first-failure'],
    overrides: {
      without: without as Fault[],
      ...(values.reconciling && { reconciles: true }),
      ...(values.events === undefined ? {} : { events: number(values.events, 1) }),
    },
  };
  return { job, brief: values.brief, json: values.json };
}

async function explain(totals: Totals, { brief, job: { overrides } }: Options): Promise<void> {
  const seen = new Set<string>();
  for (const { seed, check, detail, eventId } of totals.violations) {
    if (seen.has(check)) continue;
    seen.add(check);
    print(`\nVIOLATION of ${check} (seed ${seed}, event ${eventId}): ${detail}`);
    if (brief) continue;
    const isWhole = overrides.events === undefined && (overrides.without ?? []).length === 0;
    const { events = 0, without = [] } = isWhole ? await shrink(seed, check) : overrides;
    const shrunk = { events, without };
    print(`replay: ${replayCommand(seed, shrunk)}`);
    print(await traceOf(seed, check, shrunk));
  }
}

/** Says on stderr how far it is: in place on a terminal, else a line now and then. */
function progressOf(job: Job) {
  const { isTTY } = process.stderr;
  let nextAtMs = performance.now() + (isTTY ? 0 : PROGRESS_INTERVAL_MS);
  return (seeds: number, violations: number) => {
    if (performance.now() < nextAtMs) return;
    nextAtMs = performance.now() + (isTTY ? 200 : PROGRESS_INTERVAL_MS);
    const text = `${seeds} of ${job.seeds} seeds, ${violations} violations`;
    process.stderr.write(isTTY ? `\r\u001b[K${text}` : `${text}\n`);
  };
}

async function main(): Promise<number> {
  let options: Options;
  try {
    const read = readOptions();
    if (read === 'help') {
      process.stdout.write(USAGE);
      return 0;
    }
    options = read;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  const { job } = options;
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const startedAtMs = performance.now();
  const totals = await runOnAllCores(job, { onProgress: progressOf(job), stopped: stop.signal });
  const elapsedMs = performance.now() - startedAtMs;
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  const missing = [
    ...(totals.seeds >= SEEDS_THAT_REACH_ALL ? unreached(totals) : []),
    ...(totals.seeds >= SEEDS_THAT_CRASH_EVERYWHERE ? neverCrashedDuring(totals) : []),
  ];
  if (options.json) {
    print(JSON.stringify({ ...totals, elapsed_ms: Math.round(elapsedMs), not_reached: missing }));
  } else {
    if (!options.brief) print(describeTotals(totals, elapsedMs));
    await explain(totals, options);
    for (const name of missing) print(`NOT REACHED: ${name}`);
    const interrupted = stop.signal.aborted ? ', interrupted' : '';
    print(`\n${totals.violations.length} violations in ${totals.seeds} seeds${interrupted}`);
  }
  if (stop.signal.aborted) return 130;
  return totals.violations.length > 0 || missing.length > 0 ? 1 : 0;
}

process.exitCode = await main();
