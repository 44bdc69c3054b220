import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { projectDirectory } from '../../lib/project-paths.ts';
import { type SdkCallsOptions, sdkCalls } from './sdk-calls.ts';

const COMMANDS_FOLDER = 'operator/commands';

interface Row {
  /** First file of the command, below the folder. */
  readonly entry: string;
  /** Functions that only an option reaches; it has a row of its own. */
  readonly without?: readonly string[];
  /** Of an option: what the command needs without it, which is not repeated. */
  readonly beside?: readonly string[];
}

const CHANGES = ['redriveDeadLetters', 'deleteDeadLetters', 'resetHandlers', 'sendBack', 'sendCorrection'];
/** For a request that a local run has kept; a stack keeps none. */
const LOCAL = 'findStoredValue';

/** The rows of the table in SECURITY.md, by their commands. */
const ROWS: Readonly<Record<string, Row>> = {
  'events list': { entry: 'events/list.ts' },
  'events resend': { entry: 'events/resend.ts' },
  'events show': { entry: 'events/show.ts' },
  'dlq list': { entry: 'dlq/list.ts' },
  'dlq export': { entry: 'dlq/export.ts' },
  'dlq show': { entry: 'dlq/show.ts' },
  'dlq redrive': { entry: 'dlq/redrive.ts', without: ['resetHandlers', 'runFastRedrive'] },
  'dlq redrive --rerun': {
    entry: 'dlq/redrive.ts',
    without: ['runFastRedrive'],
    beside: ['resetHandlers', 'runFastRedrive'],
  },
  'dlq redrive --fast': { entry: 'dlq/fast-redrive.ts' },
  'dlq edit': { entry: 'dlq/edit.ts' },
  'dlq delete': { entry: 'dlq/delete.ts' },
  pause: { entry: 'event-source/switch.ts' },
  resume: { entry: 'event-source/switch.ts' },
  // A redrive with handlers to rerun reads a record once more: `inspect` may read it anyway.
  inspect: { entry: 'inspect/inspect.ts', without: [...CHANGES, LOCAL] },
  'inspect --write': { entry: 'inspect/inspect.ts', without: [LOCAL], beside: [...CHANGES, LOCAL] },
  doctor: { entry: 'doctor/doctor.ts' },
  send: { entry: 'send/send.ts' },
  reconcile: { entry: 'reconcile/reconcile.ts' },
  'secret check': { entry: 'secret/check.ts' },
  explain: { entry: 'explain/explain.ts' },
  'secret set': { entry: 'secret/set.ts' },
};

/** IAM's name where it is not the call's own. */
const SERVICES: Readonly<Record<string, string>> = {
  'secrets-manager': 'secretsmanager',
  'cloudwatch-logs': 'logs',
};
const OPERATIONS: Readonly<Record<string, string>> = {
  Invoke: 'InvokeFunction',
  SendMessageBatch: 'SendMessage',
  DeleteMessageBatch: 'DeleteMessage',
  ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
};

/**
 * A move task acts with the rights of who starts it:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
 */
const MOVE_TASK = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:SendMessage'];
/** Needed by each command, and so in a row of its own. */
const FOR_ALL = 'cloudformation:DescribeStacks';

function actions(options: SdkCallsOptions): readonly string[] {
  const found = [...sdkCalls({ ...options, entry: `${COMMANDS_FOLDER}/${options.entry}` })].map((call) => {
    const [service = '', operation = ''] = call.split(':');
    return `${SERVICES[service] ?? service}:${OPERATIONS[operation] ?? operation}`;
  });
  return found.includes('sqs:StartMessageMoveTask') ? [...found, ...MOVE_TASK] : found;
}

function needed({ entry, without = [], beside }: Row): readonly string[] {
  const already = beside === undefined ? [] : actions({ entry, without: beside });
  const all = actions({ entry, without }).filter((action) => !already.includes(action) && action !== FOR_ALL);
  return [...new Set(all)].sort();
}

/** Command → actions, as SECURITY.md has them. */
function documented(): ReadonlyMap<string, readonly string[]> {
  const text = readFileSync(join(projectDirectory, 'SECURITY.md'), 'utf8');
  const section = /^\| command \| needs \|\n.*\n((?:\|.*\n)+)/m.exec(text)?.[1] ?? '';
  const rows = section
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [, commands = '', needs = ''] = line.split('|');
      const codes = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
      const wanted = codes(needs).filter((code) => /^[a-z]+:[A-Z]/.test(code));
      return codes(commands).map((command) => [command, wanted.sort()] as const);
    });
  return new Map(rows);
}

describe('what a person needs, by SECURITY.md', () => {
  const table = documented();

  test.each(Object.entries(ROWS))('%s', (command, row) => {
    expect(table.get(command)).toEqual(needed(row));
  });

  test('has a row for each command that works on a stack, and for no other', () => {
    expect([...table.keys()]).toEqual(Object.keys(ROWS));
    const folder = join(projectDirectory, COMMANDS_FOLDER);
    const onStacks = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (file) =>
        file.endsWith('.ts') &&
        // They refuse --stack: the database of a stack is reached by its own tools.
        !file.startsWith('database/') &&
        /\baddTargetOptions\(|--stack </.test(readFileSync(join(folder, file), 'utf8')),
    );
    const entries = new Set(Object.values(ROWS).map(({ entry }) => entry));
    entries.delete('dlq/fast-redrive.ts');
    expect(onStacks.sort()).toEqual([...entries].sort());
    for (const { entry, without = [] } of Object.values(ROWS)) {
      if (entry !== 'dlq/fast-redrive.ts') expect(actions({ entry, without })).toContain(FOR_ALL);
    }
  });

  test('leaves out no AWS call that any file of the operator’s tools makes', () => {
    const named = new Set([FOR_ALL, ...[...table.values()].flat()]);
    const folder = join(projectDirectory, 'operator');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file))
      // Work on a local run alone.
      .filter((file) => !/^(?:demo|commands\/replay)\//.test(file));
    const made = files.flatMap((file) =>
      [
        ...readFileSync(join(folder, file), 'utf8').matchAll(
          /\bnew (\w+)Command\(\{|\bpaginate([A-Z]\w+)\(/g,
        ),
      ].map(([, command, pages]) => command ?? pages ?? ''),
    );
    expect(made.length).toBeGreaterThan(20);
    const actionsNamed = new Set([...named].map((action) => action.split(':')[1]));
    expect(made.filter((operation) => !actionsNamed.has(OPERATIONS[operation] ?? operation))).toEqual([]);
  });
});
