import { describe, expect, test } from '@jest/globals';
import { localTarget } from '../../operator/core/local-target.ts';
import { closeTarget } from '../../operator/core/target.ts';

const EXPORTS = {
  WEBHOOK_URL: 'http://127.0.0.1:1/webhooks',
  QUEUE_URL: 'http://127.0.0.1:1/000000000000/main',
  DEAD_LETTER_QUEUE_URL: 'http://127.0.0.1:1/000000000000/dead',
  LEDGER_TABLE_NAME: 'ledger',
  SIGNING_SECRET_ID: 'secret',
  ALERT_TOPIC_ARN: 'arn:aws:sns:eu-central-2:000000000000:alerts',
  AWS_ACCESS_KEY_ID: 'LOCAL1',
  AWS_SECRET_ACCESS_KEY: 'of the run',
  AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:1',
  AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1',
  AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://127.0.0.1:1',
  AWS_ENDPOINT_URL_SNS: 'http://127.0.0.1:1',
  AWS_ENDPOINT_URL_LAMBDA: 'http://127.0.0.1:1',
  AWS_ENDPOINT_URL_CLOUDWATCH: 'http://127.0.0.1:1',
  RECEIVED_URL: 'http://127.0.0.1:1',
};

describe('--local', () => {
  test('takes everything from the exports, nothing from the user’s AWS configuration', async () => {
    const target = localTarget(EXPORTS);
    closeTarget(target);
    expect(await target.clients.sqs.config.credentials()).toMatchObject({
      accessKeyId: 'LOCAL1',
      secretAccessKey: 'of the run',
    });
    expect(await target.clients.dynamoDb.config.region()).toBe('eu-central-2');
  });

  test.each(Object.entries(EXPORTS).filter(([, value]) => value.startsWith('http')))(
    'never leaves this machine: %s',
    (name) => {
      for (const url of ['https://sqs.eu-west-1.amazonaws.com', 'http://127.0.0.1.example.com', 'x']) {
        expect(() => localTarget({ ...EXPORTS, [name]: url })).toThrow(`${name} of the local run`);
      }
    },
  );

  test.each(Object.keys(EXPORTS))('a missing %s is named', (name) => {
    expect(() => localTarget({ ...EXPORTS, [name]: undefined })).toThrow(`hold no ${name}`);
  });
});
