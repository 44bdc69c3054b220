import { describe, expect, test } from '@jest/globals';
import { checkAllowed } from '../../operator/commands/send/event-draft.ts';
import { localTarget } from '../../operator/core/local-target.ts';
import { closeTarget, type Target } from '../../operator/core/target.ts';
import { runProgram } from '../../operator/program.ts';
import { capturedContext } from './support/captured-context.ts';

const PING = 'supaglue-webhooks.ping';

async function run(...args: string[]) {
  const captured = capturedContext();
  const code = await runProgram(args, captured.context);
  return { code, stdout: captured.stdout(), stderr: captured.stderr() };
}

describe('usage', () => {
  test.each([
    [['send', 'sync.complete'], 'name one target'],
    [['send', 'sync.complete', '--local', '--stack', 's'], 'name one target'],
    [['send', '--local'], 'name an event type; the types are:'],
    [['send', 'sync.complete', '--local', '--set', 'x'], '--set takes field=value'],
    [['send', 'sync.complete', '--local', '--set', 'result.x=1'], 'not an object'],
    [['send', '--local', '--file', 'x', '--set', 'a=1'], 'use one of them'],
    [['send', 'sync.complete', '--local', '--fail-times', '1'], `belong to ${PING} alone`],
    [['send', PING, '--local', '--fail-times', '-1'], 'whole number from 0'],
    [['send', PING, '--local', '--delay', '11'], 'number from 0 to 10'],
    [['send', PING, '--local', '--count', '0'], 'whole number from 1'],
    [['send', PING, '--local', '--count', '1e3'], 'whole number from 1'],
    [['send', PING, '--local', '--count', '2', '--id', 'a'], 'without --count'],
    [['send', PING, '--local', '--id', 'a b'], '--id takes'],
    [['send', PING, '--local', '--tamper', 'everything'], 'Allowed choices are body, signature, timestamp'],
    [['send', PING, '--local', '--tamper', 'body', '--duplicate'], 'exclude each other'],
    [['send', PING, '--local', '--yes', 's'], '--yes goes with --stack'],
    [['send', PING, 'extra', '--local'], 'too many arguments'],
    [['send', PING, '--local', '--nonsense'], "unknown option '--nonsense'"],
    [['nonsense'], "unknown command 'nonsense'"],
    [['events', 'show', '--local'], "missing required argument 'id'"],
    [['events', 'show', 'a.b', '--local'], 'an event id is'],
    [[], 'Usage: supaglue-webhooks'],
    [['events'], 'Usage: supaglue-webhooks events'],
  ])('%j ends with 2', async (args, expected) => {
    const { code, stdout, stderr } = await run(...args);
    expect(stderr).toContain(expected);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  test.each([[['--help']], [['send', '--help']], [['events', 'show', '--help']]])(
    '%j shows examples within 80 columns and ends with 0',
    async (args) => {
      const { code, stdout } = await run(...args);
      expect(code).toBe(0);
      expect(stdout).toContain('Examples:');
      for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(82);
    },
  );
});

describe('against a stack', () => {
  const local = localTarget({
    WEBHOOK_URL: 'http://127.0.0.1:1',
    QUEUE_URL: 'http://127.0.0.1:1',
    DEAD_LETTER_QUEUE_URL: 'http://127.0.0.1:1',
    LEDGER_TABLE_NAME: 'ledger',
    SIGNING_SECRET_ID: 'secret',
    ALERT_TOPIC_ARN: 'arn:aws:sns:us-east-1:000000000000:alerts',
    AWS_ACCESS_KEY_ID: 'LOCAL1',
    AWS_SECRET_ACCESS_KEY: 'of the run',
    AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:1',
    AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://127.0.0.1:1',
    AWS_ENDPOINT_URL_SNS: 'http://127.0.0.1:1',
    AWS_ENDPOINT_URL_LAMBDA: 'http://127.0.0.1:1',
    AWS_ENDPOINT_URL_CLOUDWATCH: 'http://127.0.0.1:1',
    RECEIVED_URL: 'http://127.0.0.1:1',
  });
  closeTarget(local);
  const stack: Target = { ...local, kind: 'stack', name: 'Prod', flag: '--stack Prod' };
  const draft = (eventType: string) => ({ eventType, body: Buffer.from(''), bodySha256: '' });

  test('only the ping goes without its name repeated', () => {
    checkAllowed(draft(PING), stack, undefined);
    checkAllowed(draft('connection.deleted'), stack, 'Prod');
    checkAllowed(draft('connection.deleted'), local, undefined);
    for (const yes of [undefined, '', 'prod', 'Other']) {
      expect(() => checkAllowed(draft('connection.deleted'), stack, yes)).toThrow('--yes Prod');
      expect(() => checkAllowed(draft('unknown'), stack, yes)).toThrow('--yes Prod');
    }
  });
});
