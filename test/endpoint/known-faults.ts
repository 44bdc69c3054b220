import type { TestOutcome } from './run-suites.ts';

const LIMITS = 'it does not check what a message may hold';
const VISIBILITY = 'it takes any visibility timeout';
const REPEATED_DELETE = 'it refuses the older receipt of a message that was received again';
const SIZE = 'it does not count attributes in the 1 MiB';
const OTHER_NAME = 'it refuses the character by another error than SQS (InvalidAttributeValue)';

/** What engines do otherwise than AWS, by the test that shows it: looked into, and theirs. */
const KNOWN_FAULTS = {
  /** 1.5.33, SQS and DynamoDB. */
  ministack: {
    'a character of that kind in the text of an attribute is refused': LIMITS,
    'an attribute without a value is refused': LIMITS,
    'ten attributes are taken, eleven refused': LIMITS,
    '1 MiB is taken, attributes included and counted in UTF-8; one byte more is refused': LIMITS,
    'a group of 129 characters is refused': LIMITS,
    'a group with a blank is refused': LIMITS,
    'what is hidden longer outlasts the queue’s timeout, and what its newest receipt deleted is gone':
      REPEATED_DELETE,
    'the longest delay that the consumer asks for is granted, more than twelve hours are not': VISIBILITY,
    'a move task brings back what was sent there directly, attributes and group kept': 'it has no move tasks',
  },
  /** 1.7.1, SQS alone. */
  elasticmq: {
    'a null in the body is refused, and travels in base64 as ingest sends it': OTHER_NAME,
    'a vertical tab in the body is refused, and travels in base64 as ingest sends it': OTHER_NAME,
    'U+FFFE in the body is refused, and travels in base64 as ingest sends it': OTHER_NAME,
    'a batch of ten is sent and deleted entry by entry: a bad one does not take the others with it':
      OTHER_NAME,
    '1 MiB is taken, attributes included and counted in UTF-8; one byte more is refused': SIZE,
    'what is hidden longer outlasts the queue’s timeout, and what its newest receipt deleted is gone':
      REPEATED_DELETE,
    'the longest delay that the consumer asks for is granted, more than twelve hours are not': VISIBILITY,
  },
  /** 3.2.0, DynamoDB alone. */
  dynoxide: {},
} as const satisfies Record<string, Readonly<Record<string, string>>>;

export type Engine = keyof typeof KNOWN_FAULTS;
export const ENGINES = Object.keys(KNOWN_FAULTS) as readonly Engine[];

export interface Judgement {
  /** Failed, and nobody knew. */
  readonly news: number;
  /** Failed as known, each with its reason. */
  readonly known: readonly string[];
  /** Known to fail, and passed. */
  readonly mended: readonly string[];
}

/** Compares a run with what is known of its engine. */
export function judgeFaults(engine: Engine | undefined, tests: readonly TestOutcome[]): Judgement {
  const faults: Readonly<Record<string, string>> = engine === undefined ? {} : KNOWN_FAULTS[engine];
  const told = tests.map(({ path, status }) => {
    const name = path.at(-1) ?? '';
    return { name, passed: status === 'passed', reason: faults[name] };
  });
  return {
    news: told.filter(({ passed, reason }) => !passed && reason === undefined).length,
    known: told.flatMap(({ name, passed, reason }) =>
      passed || reason === undefined ? [] : [`${name}: ${reason}`],
    ),
    mended: told.flatMap(({ name, passed, reason }) => (passed && reason !== undefined ? [name] : [])),
  };
}
