import type { UpdateItemCommandInput, UpdateItemCommandOutput } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { expect, test } from '@jest/globals';
import { DynamoDbLedger, type LedgerTable } from '../../lambdas/ledger/dynamodb-ledger.ts';
import type { AttemptOutcome, Claim, EventFacts } from '../../lambdas/ledger/ledger.ts';
import {
  claimUpdate,
  completeUpdate,
  giveBackUpdate,
  withdrawUpdate,
} from '../../lambdas/ledger/update-expressions.ts';

const NOW_MS = 1_000_001;
const claim: Claim = { eventId: 'msg_1', owner: 'me', leaseExpiresAtMs: 1_040_000, alone: true };
const shared: Claim = { ...claim, alone: false };
const event: EventFacts = {
  eventId: 'msg_1',
  eventType: 'sync.complete',
  bodySha256: 'b',
  receivedAtMs: 7,
  sentAtMs: 8,
  signedAtSeconds: 9,
};
const failure = { attempt: 1, at_ms: 2, error: 'E', message: 'm', retryable: true };
const outcome: AttemptOutcome = {
  completed: { one: 5 },
  failedForGood: { two: { failed_at_ms: 6, attempt: 1, error: 'E', message: 'm' } },
  failures: [failure],
  attempts: 4,
  notes: {},
};
const mark = { M: { failed_at_ms: { N: '6' }, attempt: { N: '1' }, error: { S: 'E' }, message: { S: 'm' } } };
const FAILED = {
  ':failed': { S: 'FAILED' },
  ':failures': { L: [{ M: marshall(failure) }] },
  ':attempts': { N: '4' },
  ':h0': { N: '5' },
  ':h1': mark,
};
const HANDLERS = { '#h0': 'one', '#h1': 'two' };
/** Two days after the write, to the next second. */
const OURS = { ':owner': { S: 'me' }, ':now_ms': { N: '1000001' }, ':expires_at': { N: '173801' } };

const completion = (handlerCount: number) => ({ handlerCount, sets: [], keepsAttempts: false });

function ledgerOn(table: Partial<LedgerTable>) {
  return new DynamoDbLedger({ table: table as LedgerTable, tableName: 'events', retentionDays: 2 });
}

async function written(write: (ledger: DynamoDbLedger) => Promise<unknown>) {
  const inputs: UpdateItemCommandInput[] = [];
  const answer = { $metadata: {} } satisfies UpdateItemCommandOutput;
  const updateItem = async (input: UpdateItemCommandInput) => {
    inputs.push(input);
    return answer;
  };
  const result = await write(ledgerOn({ updateItem }));
  expect(inputs).toHaveLength(1);
  const {
    TableName,
    Key,
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  } = inputs[0] ?? {};
  expect([TableName, Key]).toEqual(['events', { event_id: { S: 'msg_1' } }]);
  return { input: inputs[0], names, values, result };
}

test('a claim binds what the event has, and what it spends', async () => {
  const { input, values, result } = await written((ledger) => ledger.claim(event, claim, NOW_MS));
  expect(input).toMatchObject(claimUpdate(new Set()));
  expect(values).toStrictEqual({
    ...OURS,
    ':body_sha256': { S: 'b' },
    ':event_type': { S: 'sync.complete' },
    ':no_handlers': { M: {} },
    ':received_at_ms': { N: '7' },
    ':sent_at_ms': { N: '8' },
    ':signed_at_seconds': { N: '9' },
    ':in_progress': { S: 'IN_PROGRESS' },
    ':failed': { S: 'FAILED' },
    ':lease_expires_at_ms': { N: '1040000' },
    ':zero': { N: '0' },
    ':one': { N: '1' },
    ':spent': { N: '1' },
  });
  expect(result).toMatchObject({ outcome: 'claimed', record: { attempts: 1 } });
  const beside = await written((ledger) => ledger.claim(event, shared, NOW_MS));
  expect(beside.values).toMatchObject({ ':spent': { N: '0' } });
});

test.each([
  ['customerId', 'customer_id'],
  ['connectionId', 'connection_id'],
  ['providerName', 'provider_name'],
])('a claim with %s records it, and it alone', async (field, attribute) => {
  for (const take of ['claim', 'completeUnhandled'] as const) {
    const { input, values } = await written((ledger) =>
      ledger[take]({ ...event, [field]: 'x' }, claim, NOW_MS),
    );
    const bound = ['customer_id', 'connection_id', 'provider_name'].filter((name) =>
      input?.UpdateExpression?.includes(`${name} = :${name}`),
    );
    expect(bound).toEqual([attribute]);
    expect(Object.keys(values ?? {}).filter((name) => /customer|connection|provider/.test(name))).toEqual([
      `:${attribute}`,
    ]);
    expect(values?.[`:${attribute}`]).toEqual({ S: 'x' });
  }
});

test('an event that is not handled is completed in its first write', async () => {
  const { values, result } = await written((ledger) => ledger.completeUnhandled(event, claim, NOW_MS));
  expect(values).toMatchObject({ ':completed': { S: 'COMPLETED' }, ':failed': { S: 'FAILED' } });
  expect(result).toMatchObject({ outcome: 'claimed', record: { status: 'COMPLETED', attempts: 0 } });
});

test('a completion names its handler', async () => {
  const early = await written((ledger) => ledger.recordCompletion(claim, 'one', 5, NOW_MS));
  expect(early.names).toEqual({ '#owner': 'owner', '#h0': 'one' });
  expect(early.values).toStrictEqual({ ...OURS, ':h0': { N: '5' } });
  expect(early.result).toBe('written');
  const last = await written((ledger) => ledger.complete(claim, { ...outcome, failedForGood: {} }, NOW_MS));
  expect(last.input).toMatchObject({ UpdateExpression: completeUpdate(completion(1)).UpdateExpression });
  expect(last.values).toStrictEqual({ ...OURS, ':h0': { N: '5' }, ':completed': { S: 'COMPLETED' } });
  const { notes: _, ...without } = outcome;
  expect((await written((ledger) => ledger.complete(claim, without, NOW_MS))).values).toStrictEqual(
    last.values,
  );
});

test('notes are kept with the completion', async () => {
  const notes = { one: 'a note' };
  const { input, values } = await written((ledger) => ledger.complete(claim, { ...outcome, notes }, NOW_MS));
  expect(input?.UpdateExpression).toContain('notes = :notes');
  expect(values).toMatchObject({ ':notes': { M: { one: { S: 'a note' } } } });
});

test('failures are kept with the completion without their stacks, and only where there is one to drop', async () => {
  const failures = [failure, { ...failure, stack: 'at x' }];
  const { input, values } = await written((ledger) =>
    ledger.complete(claim, { ...outcome, failures }, NOW_MS),
  );
  expect(input?.UpdateExpression).toContain('failures = :failures');
  expect(values?.[':failures']).toEqual({ L: [{ M: marshall(failure) }, { M: marshall(failure) }] });
});

test.each([true, false])(
  'a completion keeps the attempts of a budget that was put back: %j',
  async (wasPutBack) => {
    const { input } = await written((ledger) => ledger.complete(claim, { ...outcome, wasPutBack }, NOW_MS));
    expect(/REMOVE .*#owner(, attempts)?$/.exec(input?.UpdateExpression ?? '')?.[1]).toBe(
      wasPutBack ? undefined : ', attempts',
    );
  },
);

test.each([
  ['written', { status: 'COMPLETED', completed_at_ms: NOW_MS }],
  ['lost', { status: 'COMPLETED', completed_at_ms: NOW_MS + 1 }],
  ['lost', { status: 'FAILED', completed_at_ms: NOW_MS }],
  ['lost', undefined],
])('a completion that is refused is %s by what is recorded: %j', async (expected, recorded) => {
  const refused = Object.assign(new Error('no'), { name: 'ConditionalCheckFailedException' });
  const updateItem = () => Promise.reject(refused);
  const Item = recorded && marshall({ event_id: 'msg_1', ...recorded });
  const getItem = async () => ({ $metadata: {}, ...(Item === undefined ? {} : { Item }) });
  await expect(ledgerOn({ updateItem, getItem }).complete(claim, outcome, NOW_MS)).resolves.toBe(expected);
});

test('a failure that comes again', async () => {
  const { names, values } = await written((ledger) =>
    ledger.failRetryable(claim, outcome, 2_000_000, NOW_MS),
  );
  expect(names).toEqual({ '#owner': 'owner', '#status': 'status', ...HANDLERS });
  expect(values).toStrictEqual({
    ...OURS,
    ...FAILED,
    ':failure_bucket': { S: 'RETRYING#1' },
    ':not_before_ms': { N: '2000000' },
  });
});

test('a failure for good holds the event until the end of the lease', async () => {
  const { names, values } = await written((ledger) =>
    ledger.failForGood(claim, outcome, 'permanent', NOW_MS),
  );
  expect(names).toEqual({ '#owner': 'owner', '#status': 'status', ...HANDLERS });
  expect(values).toStrictEqual({
    ...OURS,
    ...FAILED,
    ':failure_bucket': { S: 'DEAD#1' },
    ':not_before_ms': { N: '1040000' },
    ':dead_letter_reason': { S: 'permanent' },
  });
});

test('what is absent from a failure is no reason to refuse the write', async () => {
  const failures = [{ ...failure, code: undefined }] as never;
  const { values } = await written((ledger) =>
    ledger.failRetryable(claim, { ...outcome, failures }, 1, NOW_MS),
  );
  expect(values?.[':failures']).toEqual(FAILED[':failures']);
});

test.each([true, false])(
  'a release forgets handlers by name; one still runs: %j',
  async (someStillRunning) => {
    const letter = { atMs: 1, signedAtSeconds: 2, receivedAtMs: 3 };
    const release = { forgottenHandlers: ['two', 'three'], someStillRunning, letter };
    const { input, names, values } = await written((ledger) =>
      ledger.releaseDeadLetter(claim, release, NOW_MS),
    );
    expect(names).toEqual({ '#owner': 'owner', '#h0': 'two', '#h1': 'three' });
    expect(input?.UpdateExpression).toMatch(/ REMOVE .*handlers\.#h0, handlers\.#h1$/);
    expect(input?.UpdateExpression?.includes('not_before_ms')).toBe(!someStillRunning);
    expect(values).toStrictEqual({
      ...OURS,
      ':zero': { N: '0' },
      ':lettered_at_ms': { N: '1' },
      ':lettered_signed_at_seconds': { N: '2' },
      ':lettered_received_at_ms': { N: '3' },
    });
  },
);

test('an attempt is counted or given back, or a claim withdrawn as it was made', async () => {
  const spent = await written((ledger) => ledger.spendAttempt(claim, 4, NOW_MS));
  expect(spent.values).toStrictEqual({ ...OURS, ':attempts': { N: '4' } });
  const givenBack = await written((ledger) => ledger.giveBackAttempt(claim, 4, NOW_MS));
  expect(givenBack.input).toMatchObject(giveBackUpdate);
  expect(givenBack.values).toStrictEqual({ ...OURS, ':attempts': { N: '4' }, ':minus_one': { N: '-1' } });
  const withdrawn = await written((ledger) => ledger.withdrawClaim(claim, NOW_MS));
  expect(withdrawn.input).toMatchObject(withdrawUpdate);
  const values = {
    ...OURS,
    ':in_progress': { S: 'IN_PROGRESS' },
    ':lease_expires_at_ms': { N: '1040000' },
    ':minus_one': { N: '-1' },
    ':minus_spent': { N: '-1' },
  };
  expect(withdrawn.values).toStrictEqual(values);
  const beside = await written((ledger) => ledger.withdrawClaim(shared, NOW_MS));
  expect(beside.values).toStrictEqual({ ...values, ':minus_spent': { N: '0' } });
});

test('only a refusal by the condition is an answer; what it says of the item spares a read', async () => {
  const refused = Object.assign(new Error('no'), { name: 'ConditionalCheckFailedException' });
  const throwing = (error: unknown) => ({ updateItem: () => Promise.reject(error) });
  const completed = { ...marshall({ event_id: 'msg_1', status: 'COMPLETED' }), body_sha256: { S: 'b' } };
  const getItem = () => Promise.resolve({ $metadata: {}, Item: completed });
  const told = ledgerOn(throwing(Object.assign(refused, { Item: completed })));
  await expect(told.claim(event, claim, NOW_MS)).resolves.toEqual({ outcome: 'completed' });
  await expect(told.completeUnhandled(event, claim, NOW_MS)).resolves.toEqual({ outcome: 'completed' });
  await expect(told.spendAttempt(claim, 1, NOW_MS)).resolves.toBe('lost');
  const silent = Object.assign(new Error('no'), { name: refused.name });
  await expect(ledgerOn({ ...throwing(silent), getItem }).claim(event, claim, NOW_MS)).resolves.toEqual({
    outcome: 'completed',
  });
  for (const error of [new Error('ConditionalCheckFailedException'), { name: refused.name }]) {
    await expect(ledgerOn(throwing(error)).spendAttempt(claim, 1, NOW_MS)).rejects.toBe(error);
  }
});

test('a read is consistent, and of what is not there undefined', async () => {
  const inputs: unknown[] = [];
  const getItem = async (input: unknown) => {
    inputs.push(input);
    return { $metadata: {} };
  };
  await expect(ledgerOn({ getItem }).read('msg_1')).resolves.toBeUndefined();
  expect(inputs).toEqual([{ TableName: 'events', Key: { event_id: { S: 'msg_1' } }, ConsistentRead: true }]);
});

test('an expression is built once for each shape', () => {
  expect(completeUpdate(completion(3))).toBe(completeUpdate(completion(3)));
  for (const other of [{ handlerCount: 2 }, { sets: ['notes'] as const }, { keepsAttempts: true }]) {
    expect(completeUpdate({ ...completion(3), ...other })).not.toBe(completeUpdate(completion(3)));
  }
  expect(claimUpdate(new Set(['customer_id']))).toBe(claimUpdate(new Set(['customer_id'])));
  expect(claimUpdate(new Set(['customer_id']))).not.toBe(claimUpdate(new Set(['provider_name'])));
});
