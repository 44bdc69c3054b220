import { describe, expect, test } from '@jest/globals';
import { parseSigningSecret } from '../../lambdas/ingest/signing-secret.ts';
import { toCommandError } from '../../operator/core/error-line.ts';

const named = (name: string, message: string) => Object.assign(new Error(message), { name });

describe('every error is one line with its cause and the way out', () => {
  test.each([
    [
      named('CredentialsProviderError', 'Could not load credentials from any providers'),
      /no AWS credentials.*aws sso login/,
    ],
    [
      named('CredentialsProviderError', 'The SSO session has expired'),
      /credentials have expired.*sign in again/,
    ],
    [named('ExpiredTokenException', 'The security token included in the request is expired'), /have expired/],
    [
      named('UnrecognizedClientException', 'The security token is invalid.'),
      /does not accept these credentials/,
    ],
    [
      named('AccessDeniedException', 'User x is not authorized to perform: dynamodb:GetItem'),
      /^access denied: .*dynamodb:GetItem/,
    ],
    [named('Error', 'Region is missing'), /no AWS region: set AWS_REGION/],
    [named('TimeoutError', 'The operation was aborted due to timeout'), /no answer in time/],
    [named('SomethingElse', 'two\nlines'), /^SomethingElse: two lines$/],
    [new Error('red \u001b[31m, turned \u202e round'), /^Error: red {2}\[31m, turned {2}round$/],
    ['a string', /^a string$/],
  ])('%s', (error, expected) => {
    const { message, exitCode } = toCommandError(error, { target: 'stack' });
    expect(message).toMatch(expected);
    expect(message).not.toContain('\n');
    expect(exitCode).toBe(1);
  });

  test('a refused connection, also deep within what fetch throws', () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    const thrown = new TypeError('fetch failed', { cause: new AggregateError([refused]) });
    expect(toCommandError(thrown, { target: 'local' }).message).toBe(
      'the local run has ended (ECONNREFUSED): start it again with `npm start`',
    );
    expect(toCommandError(thrown, { target: 'stack' }).message).toContain('no connection (ECONNREFUSED)');
  });

  test('a stored secret that is none is named without its value', () => {
    const parse = () => parseSigningSecret('whsec_secretvalue');
    expect(parse).toThrow();
    try {
      parse();
    } catch (error) {
      expect(toCommandError(error).message).not.toContain('secretvalue');
    }
  });
});
