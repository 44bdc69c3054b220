import { describe, expect, test } from '@jest/globals';
import { DatabaseError } from '../../lambdas/database/database-error.ts';
import { toDatabaseError } from '../../lambdas/database/describe-error.ts';
import {
  endsSession,
  isRefusedLogin,
  isRetryableState,
  sqlStateOf,
} from '../../lambdas/database/sql-state.ts';

describe('a state of PostgreSQL’s', () => {
  test.each([
    ['22P02', 'data that does not fit'],
    ['23505', 'a broken constraint'],
    ['42601', 'an error in the SQL'],
    ['42703', 'an unknown column'],
    ['0A000', 'what the server cannot do'],
  ])('%s (%s) is permanent', (sqlState) => {
    expect(isRetryableState(sqlState)).toBe(false);
  });

  test.each([
    ['08006', 'a lost connection'],
    ['25P03', 'idle in transaction for too long'],
    ['28P01', 'a wrong password'],
    ['3F000', 'a missing schema'],
    ['40001', 'two transactions that collide'],
    ['42501', 'a missing right'],
    ['42P01', 'a missing table'],
    ['53300', 'too many connections'],
    ['55P03', 'a lock'],
    ['57014', 'a timeout'],
    ['57P01', 'a shutdown'],
    ['XX000', 'an internal error'],
  ])('%s (%s) is retried', (sqlState) => {
    expect(isRetryableState(sqlState)).toBe(true);
  });

  test.each([
    ['42P01', '42P01'],
    ['XX000', 'XX000'],
    ['EPIPE', undefined],
    ['EPERM', undefined],
    ['ECONNREFUSED', undefined],
    ['x42P01', undefined],
    ['42P011', undefined],
    [42_601, undefined],
  ])('%p of an error is %p', (code, state) => {
    expect(sqlStateOf(Object.assign(new Error('x'), { code }))).toBe(state);
    expect(sqlStateOf({ code })).toBeUndefined();
  });

  test('is told by an error alone, and refuses a login by two', () => {
    expect([undefined, 'text', new Error('x')].map(sqlStateOf)).toEqual([undefined, undefined, undefined]);
    expect(['28P01', '28000', '42501', undefined].map(isRefusedLogin)).toEqual([true, true, false, false]);
  });

  test('ends the session or leaves it', () => {
    expect(['08006', '57P01', '25P03', undefined].map(endsSession)).toEqual([true, true, true, true]);
    expect(['57014', '42P01', '40001'].map(endsSession)).toEqual([false, false, false]);
  });
});

describe('an error of pg', () => {
  const error = (message: string, fields: object) => Object.assign(new Error(message), fields);

  test('of the server keeps its state, and none of the data in its detail', () => {
    const refused = error('duplicate key value violates unique constraint "contacts_pkey"', {
      code: '23505',
      detail: 'Key (email)=(ada@example.com) already exists.',
    });
    expect(toDatabaseError(refused)).toMatchObject({
      name: 'DatabaseError',
      code: 'sql-23505',
      sqlState: '23505',
      retryable: false,
      message: 'the database answered 23505: duplicate key value violates unique constraint "contacts_pkey"',
    });
  });

  test('says the way out where there is one', () => {
    expect(toDatabaseError(error('relation "app.x" does not exist', { code: '42P01' })).message).toMatch(
      /relation "app\.x" does not exist \(a table is missing: check supaglueSchema and applicationSchema/,
    );
  });

  test.each(['ECONNREFUSED', 'EPIPE', 'ENOTFOUND'])('%s of the socket has no state', (code) => {
    expect(toDatabaseError(error(`connect ${code}`, { code }))).toMatchObject({
      code: 'database',
      sqlState: undefined,
      retryable: true,
      message: `no answer from the database: connect ${code}`,
    });
  });

  test('about a certificate names the way out', () => {
    const untrusted = error('self-signed certificate', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(toDatabaseError(untrusted).message).toBe(
      'no answer from the database: self-signed certificate (of your own authority? configure databaseCaSecretArn)',
    );
  });

  test('of several addresses names them all', () => {
    const both = new AggregateError([new Error('connect ECONNREFUSED ::1'), new Error('and 127.0.0.1')]);
    expect(toDatabaseError(both).message).toBe(
      'no answer from the database: connect ECONNREFUSED ::1, and 127.0.0.1',
    );
  });
});

test('what is no error has its words alone', () => {
  expect(toDatabaseError(undefined).message).toBe('no answer from the database: undefined');
  expect(toDatabaseError({ code: 'SELF_SIGNED_CERT_IN_CHAIN' }).message).not.toContain('databaseCaSecretArn');
});

test('an error has the cause that it was given, and is retried where no state says otherwise', () => {
  const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  expect(toDatabaseError(cause)).toMatchObject({ cause, code: 'database', retryable: true });
  const stated = Object.assign(new Error('no such column'), { code: '42703', severity: 'ERROR' });
  expect(toDatabaseError(stated)).toMatchObject({ cause: stated, code: 'sql-42703', retryable: false });
  expect('cause' in new DatabaseError('alone')).toBe(false);
  expect(new DatabaseError('again', { sqlState: '42703', retryable: true })).toMatchObject({
    retryable: true,
  });
});
