import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import { expect, test } from '@jest/globals';
import type { Outcome } from '../../lambdas/ingest/ingest.ts';
import { createReport } from '../../lambdas/ingest/report.ts';

const IDS = { requestId: 'r', invocationId: 'i' };

/** What a report counts and logs. */
function reported(outcome: Outcome) {
  const counted: unknown[][] = [];
  const logged: unknown[][] = [];
  const metrics = {
    addMetadata: (...data: unknown[]) => counted.push(data) && metrics,
    addMetric: (...metric: unknown[]) => counted.push(metric) && metrics,
    addDimension: (...dimension: unknown[]) => counted.push(dimension) && metrics,
    publishStoredMetrics: () => counted.push(['published']) && metrics,
  };
  const log =
    (level: string) =>
    (...line: unknown[]) =>
      logged.push([level, ...line]);
  const logger = { warn: log('warn'), error: log('error') };
  createReport(logger as unknown as Logger, metrics as unknown as Metrics)(outcome, IDS);
  return { counted, logged };
}

test.each([
  ['acme', [['customer', 'acme']]],
  ['no-customer:ping', []],
])(
  'an accepted webhook of group %s is two numbers beside its id, type and customer, and no line',
  (group, customer) => {
    const accepted = {
      code: 'accepted',
      eventId: 'msg_1',
      eventType: 'ping',
      group,
      secretPosition: 2,
    } as const;
    expect(reported(accepted)).toEqual({
      counted: [
        ['event_id', 'msg_1'],
        ['event_type', 'ping'],
        ...customer,
        ['EventsAccepted', 'Count', 1],
        ['SecretPosition', 'None', 2],
        ['published'],
      ],
      logged: [],
    });
  },
);

test.each([
  ['invalid-signature', 'warn'],
  ['body-too-large', 'warn'],
  ['not-configured', 'error'],
  ['unavailable', 'error'],
] as const)('%s is a number by its reason, and a line of level %s', (code, level) => {
  const { counted, logged } = reported({ code, reason: 'why', detail: { a: 1 } });
  expect(counted).toEqual([['reason', code], ['EventsRejected', 'Count', 1], ['published']]);
  expect(logged).toStrictEqual([
    [level, 'webhook rejected', { code, reason: 'why', request_id: 'r', invocation_id: 'i', a: 1 }],
  ]);
});

test('the event is named where it is known', () => {
  const { logged } = reported({ code: 'unavailable', reason: 'why', eventId: 'msg_1' });
  expect(logged[0]?.[2]).toMatchObject({ event_id: 'msg_1' });
});

test.each<[string, unknown, object]>([
  ['no error', 'text', { name: 'string' }],
  [
    'an error',
    Object.assign(new TypeError('m'.repeat(501)), { stack: 'E\n1\n2\n3\n4', $response: 'a secret' }),
    { name: 'TypeError', message: 'm'.repeat(500), stack: '1\n2\n3' },
  ],
  [
    'an error without a stack',
    Object.assign(new Error('m'), { stack: undefined, $metadata: null }),
    { name: 'Error', message: 'm', stack: undefined },
  ],
  [
    'an error of the SDK',
    Object.assign(new Error('m'), { stack: 'E', $metadata: { attempts: 2 } }),
    { name: 'Error', message: 'm', stack: '', aws: { attempts: 2 } },
  ],
  [
    'an error with metadata of another kind',
    Object.assign(new Error('m'), { stack: 'E', $metadata: 'x' }),
    { name: 'Error', message: 'm', stack: '' },
  ],
])('of %s chosen fields are logged', (_what, cause, expected) => {
  const { logged } = reported({ code: 'unavailable', reason: 'why', cause });
  expect(logged.map((line) => line.at(-1))).toStrictEqual([expect.objectContaining({ cause: expected })]);
});
