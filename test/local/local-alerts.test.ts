import { beforeAll, expect, test } from '@jest/globals';
import { buildModel } from '../../local/assembly/build-model.ts';
import { withLocalAlerts } from '../../local/assembly/local-alerts.ts';
import { readAssembly } from '../../local/assembly/read-assembly.ts';
import type { StackModel } from '../../local/assembly/stack-model.ts';
import { findParts } from '../../local/assembly/stack-parts.ts';
import { assembly } from '../support/assembly.ts';

const PAGER_ARN = 'arn:aws:secretsmanager:eu-central-2:000000000000:secret:pager-AbCdEf';
const SLACK_ARN = 'arn:aws:secretsmanager:eu-central-2:000000000000:secret:slack-AbCdEf';

let plain: StackModel;
let configured: StackModel;
beforeAll(async () => {
  plain = buildModel(await readAssembly(await assembly()), 'http://127.0.0.1:1');
  const channels = { PAGERDUTY_SECRET_ID: PAGER_ARN, SLACK_SECRET_ID: SLACK_ARN };
  const { consumer } = findParts(plain);
  configured = {
    ...plain,
    functions: plain.functions.map((each) =>
      each.logicalId === consumer.logicalId
        ? { ...each, environment: { ...each.environment, ...channels } }
        : each,
    ),
  };
});

test('a stack without such channels stays as it is', () => {
  expect(withLocalAlerts(plain)).toEqual(plain);
});

test('channels whose secrets are not here are left out', () => {
  expect(withLocalAlerts(configured)).toEqual(plain);
});

test('a channel whose secret is given stays', () => {
  const { consumer } = findParts(withLocalAlerts(configured, { [SLACK_ARN]: 'https://hooks.example.com' }));
  expect(consumer.environment).toEqual({
    ...findParts(plain).consumer.environment,
    SLACK_SECRET_ID: SLACK_ARN,
  });
});
