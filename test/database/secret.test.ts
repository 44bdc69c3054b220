import { describe, expect, test } from '@jest/globals';
import { DatabaseError } from '../../lambdas/database/database-error.ts';
import { parseDatabaseSecret } from '../../lambdas/database/database-secret.ts';

describe('a database secret', () => {
  test('may be a URL, with what is escaped in it', () => {
    expect(
      parseDatabaseSecret(' postgresql://app%40x:p%2Fss%25@db.example.com:6432/crm?sslmode=require\n'),
    ).toEqual({
      host: 'db.example.com',
      port: 6432,
      user: 'app@x',
      password: 'p/ss%',
      database: 'crm',
      sslMode: 'require',
    });
  });

  test('needs no more than host and user in a URL', () => {
    expect(parseDatabaseSecret('postgres://app@[::1]')).toEqual({
      host: '::1',
      port: 5432,
      user: 'app',
      password: '',
      database: 'postgres',
      sslMode: undefined,
    });
  });

  test.each([
    ['text', '5433'],
    ['number', 5433],
  ])('may be RDS’s JSON, with the port as a %s', (_, port) => {
    const value = {
      username: 'app',
      password: 'p/ss%',
      engine: 'aurora-postgresql',
      host: 'db.abc.eu-west-1.rds.amazonaws.com',
      port,
      dbname: 'crm',
      dbClusterIdentifier: 'db',
    };
    expect(parseDatabaseSecret(JSON.stringify(value))).toEqual({
      host: 'db.abc.eu-west-1.rds.amazonaws.com',
      port: 5433,
      user: 'app',
      password: 'p/ss%',
      database: 'crm',
      sslMode: undefined,
    });
  });

  test('in JSON needs no more than host, user and password, and takes any port', () => {
    const fields = { username: 'app', password: 'p', host: 'h' };
    expect(parseDatabaseSecret(JSON.stringify(fields))).toMatchObject({ port: 5432, database: 'postgres' });
    expect(parseDatabaseSecret(JSON.stringify({ ...fields, port: 65_535 }))).toMatchObject({ port: 65_535 });
  });

  test.each([
    ['hunter2', /neither a postgres:\/\/ URL nor a JSON object/],
    ['jdbc:postgres://app:hunter2@db.example.com', /neither/],
    ['mysql://app:hunter2@db.example.com', /neither/],
    ['postgres://app:hunter2@db.example.com:99999/x', /neither/],
    ['postgres://app:hunter2%@db.example.com', /its password holds a %/],
    ['postgres://:hunter2@db.example.com', /names no user/],
    ['{"username":"app","password":"hunter2"', /is none/],
    ['{"username":"app","password":"hunter2"}', /has no host/],
    ['{"username":"app","password":"hunter2","host":"h","port":0}', /port/],
    ['{"username":"app","password":"hunter2","host":"h","port":65536}', /port/],
    ['{"username":"app","password":"hunter2","host":"h","dbname":""}', /names no dbname/],
    ['{"username":"app","password":"hunter2","host":"h","engine":"mysql"}', /engine is not PostgreSQL/],
    ['{"password":"hunter2","host":"h"}', /names no username/],
  ])('%s is refused, retryably and without a part of it', (text, why) => {
    const refused = (): unknown => {
      try {
        return parseDatabaseSecret(text);
      } catch (error) {
        return error;
      }
    };
    const error = refused();
    expect(error).toBeInstanceOf(DatabaseError);
    expect(error).toMatchObject({ retryable: true, message: expect.stringMatching(why) });
    expect(String(error)).not.toContain('hunter2');
  });
});
