import { createServer, type Server } from 'node:http';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { METADATA_KEY, outputMarker, StackOutput } from '../../lambdas/contract/outputs.ts';
import { LOCAL_CLIENT, LOCAL_CREDENTIALS } from '../../local/identity.ts';
import { toCommandError } from '../../operator/core/error-line.ts';
import { refuseLocalExports, stackTarget } from '../../operator/core/stack-target.ts';
import { closeTarget } from '../../operator/core/target.ts';
import { handlersOfStack } from '../../operator/dead-letters/registered-handlers.ts';

const OUTPUTS: Readonly<Record<StackOutput, string>> = {
  WebhookUrl: 'https://abc.execute-api.eu-west-1.amazonaws.com/webhooks',
  FunctionWebhookUrl: 'https://abc.lambda-url.eu-west-1.on.aws/webhooks',
  SigningSecretName: 'SecretResource-abc',
  QueueUrl: 'https://sqs.eu-west-1.amazonaws.com/000000000000/main',
  DeadLetterQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/000000000000/dead',
  LedgerTableName: 'ledger',
  IngestLogGroup: 'logs',
  AlertTopicArn: 'arn:aws:sns:eu-west-1:000000000000:alerts',
  DashboardUrl:
    'https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#dashboards/dashboard/s',
  ReconcileFunctionName: 'reconcile',
};

type Marked = readonly [key: string, value: string, description: string];

const marked = (path: string): readonly Marked[] =>
  Object.values(StackOutput).map((key) => [
    `Any${path}${key}`,
    OUTPUTS[key],
    `Text ${outputMarker(path, key)}`,
  ]);

const answer = (
  outputs: Readonly<Record<string, string>>,
  described: readonly Marked[] = [],
) => `<DescribeStacksResponse><DescribeStacksResult><Stacks><member>
  <StackName>s</StackName><StackStatus>ROLLBACK_COMPLETE</StackStatus><CreationTime>2026-11-23T00:00:00Z</CreationTime>
  <Outputs>${Object.entries(outputs)
    .map(
      ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
    )
    .join('')}${described
    .map(
      ([key, value, description]) =>
        `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue><Description>${description}</Description></member>`,
    )
    .join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
const failure = (code: string, message: string) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;

let server: Server;
let client: CloudFormationClient;
let next: { status: number; body: string };

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(next.status, { 'content-type': 'text/xml' }).end(next.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  client = new CloudFormationClient({
    ...LOCAL_CLIENT,
    endpoint: `http://127.0.0.1:${port}`,
  });
});

afterAll(() => {
  client.destroy();
  server.close();
});

async function messageOf(status: number, body: string): Promise<string> {
  next = { status, body };
  const error = await stackTarget('s', client, new AbortController().signal).catch(
    (thrown: unknown) => thrown,
  );
  return toCommandError(error, { target: 'stack' }).message;
}

describe('--stack NAME', () => {
  test('is resolved by the outputs of the stack', async () => {
    next = { status: 200, body: answer(OUTPUTS) };
    const target = await stackTarget('s', client, new AbortController().signal);
    closeTarget(target);
    expect(target).toMatchObject({
      kind: 'stack',
      name: 's',
      flag: '--stack s',
      webhookUrl: OUTPUTS.WebhookUrl,
      queueUrl: OUTPUTS.QueueUrl,
      deadLetterQueueUrl: OUTPUTS.DeadLetterQueueUrl,
      ledgerTableName: OUTPUTS.LedgerTableName,
      signingSecretId: OUTPUTS.SigningSecretName,
      alertTopicArn: OUTPUTS.AlertTopicArn,
      dashboardUrl: OUTPUTS.DashboardUrl,
      ingestLogGroup: OUTPUTS.IngestLogGroup,
    });
  });

  test('its outputs are known by their marker, whatever they are called', async () => {
    const ofOther = { QueueUrl: 'https://queue.example.com/of-the-user' };
    next = { status: 200, body: answer(ofOther, marked('Team/Webhooks')) };
    const target = await stackTarget('s', client, new AbortController().signal);
    closeTarget(target);
    expect(target).toMatchObject({ queueUrl: OUTPUTS.QueueUrl, deploymentPath: 'Team/Webhooks' });
  });

  test('two deployments in one stack are named and refused', async () => {
    expect(await messageOf(200, answer({}, [...marked('Default'), ...marked('Second')]))).toMatch(
      /^stack s holds several deployments \(Default and Second\): /,
    );
  });

  test('its template tells the handlers; one of version 0.1 does not', async () => {
    const handlers = { byType: { 'sync.complete': ['alert'] }, any: ['audit'] };
    const handlersIn = async (template: unknown) => {
      const text = JSON.stringify(template).replaceAll('"', '&quot;');
      next = {
        status: 200,
        body: `<GetTemplateResponse><GetTemplateResult><TemplateBody>${text}</TemplateBody></GetTemplateResult></GetTemplateResponse>`,
      };
      return handlersOfStack({ name: 's' }, client, new AbortController().signal);
    };
    expect(await handlersIn({ Metadata: { [METADATA_KEY]: { Default: { handlers } } } })).toEqual(handlers);
    expect(await handlersIn({ Metadata: { [METADATA_KEY]: { Default: { handlers: 'unknown' } } } })).toBe(
      'unknown',
    );
    expect(await handlersIn({ Resources: {} })).toBe('unknown');
  });

  test('a stack that is no webhook stack, none at all, and one that may not be seen', async () => {
    const { WebhookUrl: _, ...others } = OUTPUTS;
    expect(await messageOf(200, answer(others))).toBe(
      'stack s (ROLLBACK_COMPLETE) has no output WebhookUrl: give the name of a deployed webhook stack',
    );
    expect(await messageOf(400, failure('ValidationError', 'Stack with id s does not exist'))).toBe(
      'Stack with id s does not exist in this account and region: check the name, AWS_REGION and AWS_PROFILE',
    );
    expect(await messageOf(403, failure('AccessDenied', 'not authorized'))).toMatch(/^access denied: /);
    expect(await messageOf(403, failure('ExpiredToken', 'The token is expired'))).toMatch(/have expired/);
  });

  test('is refused while a local run’s exports are in the environment', () => {
    expect(() => refuseLocalExports({ AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId })).toThrow(
      "AWS_ACCESS_KEY_ID is a local run's (its exports)",
    );
  });

  test('other endpoints are the user’s own affair, an emulator on this machine among them', () => {
    refuseLocalExports({ AWS_ENDPOINT_URL_SQS: 'https://vpce-1.sqs.eu-west-1.vpce.amazonaws.com' });
    refuseLocalExports({ AWS_ENDPOINT_URL: 'http://127.0.0.1:4566', AWS_ACCESS_KEY_ID: 'test' });
    refuseLocalExports({ QUEUE_URL: 'http://127.0.0.1:9' });
  });
});
