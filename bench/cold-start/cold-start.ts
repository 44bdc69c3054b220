import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startupBytes } from '../../test/support/bundle-size.ts';
import type { BenchContext, Benchmark, BenchResult } from '../benchmark.ts';
import { moduleBytes } from '../bundles/module-bytes.ts';
import { startFarEnd } from '../far-end/far-end.ts';
import { functionEnvironment } from '../far-end/function-environment.ts';
import { httpEvent, sqsEvent, syncBody } from '../far-end/lambda-events.ts';
import { inWorkspace } from '../processes/workspace.ts';
import { type ColdStart, cpuShares, type StartOptions, startOnce } from './cold-start-process.ts';
import { coldStartRows } from './cold-start-rows.ts';
import { buildSubjects, OURS, type Subject } from './subjects.ts';

const ROUNDS = 15;
const QUICK_ROUNDS = 2;
const SHOWN_MODULES = 10;
const SMALL_BYTES = 500;

export const coldStart: Benchmark = {
  name: 'cold-start',
  says: 'process start to handler ready and to the first answer, in fresh processes',
  run: (context) => inWorkspace((directory) => measure(context, directory)),
};

async function measure({ quick, signal, step }: BenchContext, directory: string): Promise<BenchResult> {
  step('bundling');
  const subjects = await buildSubjects(directory);
  const farEnd = await startFarEnd(signal);
  try {
    const { acceptingUrl } = farEnd;
    const environment = functionEnvironment({ acceptingUrl, dynamoDbUrl: acceptingUrl });
    const optionsOf = async (subject: Subject): Promise<StartOptions> => ({
      entry: subject.bundled.entry,
      eventFile: await writeEvent(directory, subject),
      environment,
      signal,
    });
    const starts = new Map<Subject, ColdStart[]>(subjects.map((subject) => [subject, []]));
    const rounds = quick ? QUICK_ROUNDS : ROUNDS;
    // The first round only fills the disk cache.
    for (let round = 0; round <= rounds; round += 1) {
      step(`round ${round} of ${rounds}`);
      if (round === 1) await farEnd.takeCounts();
      // A fixed order would give each subject always the same one to follow.
      for (const [subject, times] of shuffled([...starts])) {
        const start = await startOnce(await optionsOf(subject));
        if (round > 0) times.push(start);
      }
    }
    const checked = checkCalls(await farEnd.takeCounts(), subjects, rounds);
    const ours = subjects.filter(({ name }) => name === OURS);
    step('profiling');
    const remarks: string[] = [];
    for (const subject of ours) {
      const shares = await cpuShares(await optionsOf(subject), join(directory, `profile-${subject.family}`));
      const text = shares.slice(0, SHOWN_MODULES).map(({ name, value }) => `${name} ${value.toFixed(1)}`);
      remarks.push(`CPU profile of one start of ${subject.family}, ms of its own time: ${text.join(', ')}`);
    }
    return {
      rows: coldStartRows(starts),
      counts: [...(await Promise.all(subjects.map(sizesOf))).flat(), ...ours.flatMap(breakdownOf)],
      remarks: [
        ...remarks,
        'import and first answer are net of the empty handler, whose own rows are gross; each round starts every subject once, in random order',
        "what NodejsFunction leaves outside is loaded from node_modules, as Lambda loads the runtime's copy",
      ],
      checked,
    };
  } finally {
    await farEnd.stop();
  }
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** Signed anew for each start: a signature lives for five minutes. */
async function writeEvent(directory: string, { family }: Subject): Promise<string> {
  const path = join(directory, `${family}-event.json`);
  const body = syncBody(SMALL_BYTES);
  const http = httpEvent(body);
  const event = family === 'consumer' ? sqsEvent([{ id: http.headers['svix-id'] ?? '', body }]) : http;
  await writeFile(path, JSON.stringify(event));
  return path;
}

function checkCalls(
  counts: Readonly<Record<string, number>>,
  subjects: readonly Subject[],
  rounds: number,
): string[] {
  const startsOf = (family: string, name: RegExp) =>
    subjects.filter((each) => each.family === family && name.test(each.name)).length * rounds;
  const expected = {
    SendMessage: startsOf('ingest', /./),
    GetSecretValue: startsOf('ingest', /./),
    // Ours: the claim and the final write. Powertools: PutItem, then UpdateItem.
    UpdateItem: 2 * startsOf('consumer', /^ours/) + startsOf('consumer', /^Powertools/),
    PutItem: startsOf('consumer', /^Powertools/),
    // Ours, at load.
    GetItem: startsOf('consumer', /^ours/),
  };
  for (const [operation, value] of Object.entries(expected)) {
    if (counts[operation] === value) continue;
    throw new Error(`${operation} was called ${counts[operation] ?? 0} times, not ${value}`);
  }
  return ['every first event was answered as handled, and the far end saw exactly the AWS calls of each'];
}

async function sizesOf({ family, name, bundled }: Subject) {
  if (family === 'floor') return [];
  const code = startupBytes(bundled.metafile);
  const map = await stat(`${bundled.entry}.map`).then(
    ({ size }) => size,
    () => 0,
  );
  return [
    { name: `${family}, ${name}: loaded at start`, value: code, unit: 'bytes' },
    ...(map === 0 || name !== OURS ? [] : [{ name: `${family}: its source map`, value: map, unit: 'bytes' }]),
  ];
}

function breakdownOf({ family, bundled }: Subject) {
  return moduleBytes(bundled.metafile)
    .slice(0, SHOWN_MODULES)
    .map(({ name, value }) => ({ name: `${family}, of which ${name}`, value, unit: 'bytes' }));
}
