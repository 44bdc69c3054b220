// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are CloudFormation's placeholders
import { describe, expect, test } from '@jest/globals';
import { type DeploymentMetadata, METADATA_KEY } from '../../lambdas/contract/outputs.ts';
import { buildModel } from '../../local/assembly/build-model.ts';
import type { StackModel } from '../../local/assembly/stack-model.ts';
import { findParts } from '../../local/assembly/stack-parts.ts';
import { readTemplate } from '../../local/assembly/template.ts';

type Resources = Record<string, { Type: string; Properties?: Record<string, unknown>; Condition?: string }>;

const att = (id: string, name: string) => ({ 'Fn::GetAtt': [id, name] });

const DEPLOYMENT: DeploymentMetadata = {
  version: 1,
  secrets: [],
  handlers: { byType: {}, any: [] },
  parts: {
    ingest: 'Function',
    consumer: 'Function',
    route: 'Route',
    queue: 'Queue',
    deadLetterQueue: 'Dead',
    ledger: 'Table',
    signingSecret: 'Secret',
    alertTopic: 'Topic',
  },
};

function resources(): Resources {
  return {
    Queue: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        VisibilityTimeout: 180,
        MessageRetentionPeriod: 604_800,
        RedrivePolicy: { deadLetterTargetArn: att('Dead', 'Arn'), maxReceiveCount: 50 },
      },
    },
    Dead: { Type: 'AWS::SQS::Queue', Properties: { MessageRetentionPeriod: 1_209_600 } },
    Table: {
      Type: 'AWS::DynamoDB::GlobalTable',
      Properties: {
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled: true },
      },
    },
    Secret: { Type: 'AWS::SecretsManager::Secret' },
    Topic: { Type: 'AWS::SNS::Topic' },
    Mail: {
      Type: 'AWS::SNS::Subscription',
      Properties: { TopicArn: { Ref: 'Topic' }, Protocol: 'email', Endpoint: 'a@example.com' },
    },
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Timeout: 30,
        Code: { S3Bucket: { 'Fn::Sub': 'assets-${AWS::AccountId}' }, S3Key: 'abc.zip' },
        LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'INFO' },
        Role: att('Role', 'Arn'),
        Environment: { Variables: {} },
      },
    },
    Role: { Type: 'AWS::IAM::Role' },
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: att('Queue', 'Arn'),
        FunctionName: { Ref: 'Function' },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: 5 },
      },
    },
    Api: { Type: 'AWS::ApiGatewayV2::Api' },
    Stage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: { ApiId: { Ref: 'Api' }, StageName: '$default' } },
    Integration: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: { IntegrationUri: att('Function', 'Arn'), PayloadFormatVersion: '2.0' },
    },
    Route: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'Api' },
        RouteKey: 'POST /webhooks',
        AuthorizationType: 'NONE',
        Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'Integration' }]] },
      },
    },
    Permission: {
      Type: 'AWS::Lambda::Permission',
      Properties: { Principal: 'apigateway.amazonaws.com', FunctionName: att('Function', 'Arn') },
    },
  };
}

function model(alter: (all: Resources) => void = () => undefined): StackModel {
  const all = resources();
  alter(all);
  return buildModel(
    {
      stackName: 'Stack',
      template: readTemplate({
        Metadata: { [METADATA_KEY]: { Default: DEPLOYMENT } },
        Resources: all,
        Parameters: { Size: { Type: 'String', Default: 'large' } },
      }),
      warnings: [],
      assetDirectory: (key) => `/assets/${key}`,
    },
    'http://127.0.0.1:1234',
  );
}

function property(all: Resources, id: string, name: string, value: unknown): void {
  const properties = all[id]?.Properties;
  if (properties === undefined) throw new Error(`no resource ${id}`);
  properties[name] = value;
}

const variables = (all: Resources, value: unknown) =>
  property(all, 'Function', 'Environment', { Variables: { VALUE: value } });

describe('the model of a stack', () => {
  test('has the template’s own properties', () => {
    expect(model()).toMatchObject({
      queues: [
        { logicalId: 'Dead', attributes: { MessageRetentionPeriod: '1209600' } },
        {
          logicalId: 'Queue',
          url: 'http://127.0.0.1:1234/000000000000/Stack-Queue',
          attributes: {
            VisibilityTimeout: '180',
            RedrivePolicy: JSON.stringify({
              deadLetterTargetArn: 'arn:aws:sqs:eu-central-2:000000000000:Stack-Dead',
              maxReceiveCount: 50,
            }),
          },
        },
      ],
      tables: [{ TableName: 'Stack-Table', BillingMode: 'PAY_PER_REQUEST' }],
      topics: [{ subscriptions: [{ protocol: 'email', endpoint: 'a@example.com' }] }],
      functions: [
        {
          handler: 'index.handler',
          timeoutSeconds: 30,
          memoryMb: 128,
          codeDirectory: '/assets/abc.zip',
          logEnvironment: { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: 'INFO' },
        },
      ],
      eventSources: [
        {
          batchSize: 10,
          batchingWindowSeconds: 0,
          maximumConcurrency: 5,
          reportsItemFailures: true,
          enabled: true,
        },
      ],
      routes: [{ routeKey: 'POST /webhooks', stage: '$default', timeoutMs: 30_000, permitted: true }],
    });
  });

  test('a secret without a value has none', () => {
    expect(model().secrets[0]).not.toHaveProperty('value');
  });

  test('a route whose function nobody may call says so', () => {
    const { routes } = model((all) => {
      delete all['Permission'];
    });
    expect(routes[0]?.permitted).toBe(false);
  });

  test('parts are those that the template names', () => {
    expect(findParts(model())).toMatchObject({
      ingest: { logicalId: 'Function' },
      consumer: { logicalId: 'Function' },
      queue: { logicalId: 'Queue' },
      deadLetterQueue: { logicalId: 'Dead' },
      ledgerTableName: 'Stack-Table',
    });
  });

  test('a missing part is named', () => {
    const without = model((all) => {
      delete all['Table'];
    });
    expect(() => findParts(without)).toThrow('the template has no ledger table');
  });
});

describe('intrinsics', () => {
  test.each([
    ['Ref of a queue', { Ref: 'Queue' }, 'http://127.0.0.1:1234/000000000000/Stack-Queue'],
    ['Ref of a table', { Ref: 'Table' }, 'Stack-Table'],
    ['Ref of a topic', { Ref: 'Topic' }, 'arn:aws:sns:eu-central-2:000000000000:Stack-Topic'],
    ['Ref of a parameter with a default', { Ref: 'Size' }, 'large'],
    ['AWS::Region', { Ref: 'AWS::Region' }, 'eu-central-2'],
    ['AWS::URLSuffix', { Ref: 'AWS::URLSuffix' }, 'amazonaws.com'],
    ['Fn::GetAtt as text', { 'Fn::GetAtt': 'Queue.QueueName' }, 'Stack-Queue'],
    ['Fn::Join', { 'Fn::Join': ['-', ['a', { Ref: 'AWS::Partition' }]] }, 'a-aws'],
    [
      'Fn::Select of Fn::Split',
      { 'Fn::Select': [5, { 'Fn::Split': [':', att('Queue', 'Arn')] }] },
      'Stack-Queue',
    ],
    [
      'Fn::Sub',
      { 'Fn::Sub': '${AWS::StackName}/${Queue.Arn}/${!literal}' },
      'Stack/arn:aws:sqs:eu-central-2:000000000000:Stack-Queue/${literal}',
    ],
    ['Fn::Sub with variables', { 'Fn::Sub': ['${a}!', { a: { Ref: 'Table' } }] }, 'Stack-Table!'],
  ])('%s', (_name, value, expected) => {
    const { functions } = model((all) => variables(all, value));
    expect(functions[0]?.environment).toEqual({ VALUE: expected });
  });

  test.each([
    [
      'an unknown resource',
      { Ref: 'Nobody' },
      'resource Function: the local cloud cannot resolve Ref "Nobody"',
    ],
    ['an unknown attribute', att('Queue', 'Colour'), 'cannot resolve Fn::GetAtt ["Queue","Colour"]'],
    ['an unknown intrinsic', { 'Fn::ImportValue': 'x' }, 'cannot resolve Fn::ImportValue "x"'],
    ['a name within Fn::Sub', { 'Fn::Sub': '${Nobody}' }, 'cannot resolve Fn::Sub'],
    ['a selection out of range', { 'Fn::Select': [3, ['a']] }, 'cannot resolve Fn::Select'],
    ['a dynamic reference', '{{resolve:ssm:/x}}', 'cannot resolve a dynamic reference'],
  ])('%s in a variable is left to .env.local, and says what is not known', (_name, value, message) => {
    const { functions } = model((all) => variables(all, value));
    expect(functions[0]?.environment).toEqual({});
    expect(functions[0]?.unresolved).toEqual({ VALUE: expect.stringContaining(message) });
  });
});

describe('what is refused', () => {
  const cases: [string, (all: Resources) => void, string][] = [
    [
      'a condition',
      (all) => {
        all['Dead'] = { Type: 'AWS::SQS::Queue', Condition: 'Sometimes' };
      },
      'resource Dead has a Condition',
    ],
    [
      'a visibility timeout under the function’s',
      (all) => property(all, 'Queue', 'VisibilityTimeout', 29),
      'Queue visibility timeout: 29 seconds is less than Function timeout: 30 seconds',
    ],
    [
      'a concurrency of one',
      (all) => property(all, 'Mapping', 'ScalingConfig', { MaximumConcurrency: 1 }),
      'MaximumConcurrency must be from 2 to 1000',
    ],
    [
      'filters',
      (all) => property(all, 'Mapping', 'FilterCriteria', { Filters: [] }),
      'filters are not run locally',
    ],
    ['another runtime', (all) => property(all, 'Function', 'Runtime', 'python3.13'), 'runtime python3.13'],
    ['inline code', (all) => property(all, 'Function', 'Code', { ZipFile: '1' }), 'not an asset'],
    [
      'an authorizer',
      (all) => property(all, 'Route', 'AuthorizationType', 'JWT'),
      'authorizers are not run locally',
    ],
    [
      'payload format 1.0',
      (all) => property(all, 'Integration', 'PayloadFormatVersion', '1.0'),
      'payload format 2.0',
    ],
    [
      'an API without a stage',
      (all) => {
        delete all['Stage'];
      },
      'its API has no stage',
    ],
    ['a FIFO queue', (all) => property(all, 'Queue', 'FifoQueue', true), 'FIFO queues are not run locally'],
  ];
  test.each(cases)('%s', (_name, alter, message) => {
    expect(() => model(alter)).toThrow(message);
  });
});

describe('what a user has beside the framework', () => {
  const beside = (more: Resources) => model((all) => Object.assign(all, more));

  test('tables, queues, topics and secrets are run', () => {
    const { tables, queues, topics, secrets, notRun } = beside({
      Invoices: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName: 'invoices',
          KeySchema: [
            { AttributeName: 'id', KeyType: 'HASH' },
            { AttributeName: 'line', KeyType: 'RANGE' },
          ],
          AttributeDefinitions: [
            { AttributeName: 'id', AttributeType: 'S' },
            { AttributeName: 'line', AttributeType: 'N' },
          ],
          LocalSecondaryIndexes: [
            { IndexName: 'by-id', KeySchema: [], Projection: { ProjectionType: 'ALL' } },
          ],
        },
      },
      Jobs: { Type: 'AWS::SQS::Queue' },
      News: { Type: 'AWS::SNS::Topic' },
      ApiKey: { Type: 'AWS::SecretsManager::Secret', Properties: { GenerateSecretString: {} } },
    });
    expect(tables.find(({ TableName }) => TableName === 'invoices')).toMatchObject({
      KeySchema: [{ AttributeName: 'id' }, { AttributeName: 'line' }],
      LocalSecondaryIndexes: [{ IndexName: 'by-id' }],
    });
    expect(queues.map(({ logicalId }) => logicalId)).toContain('Jobs');
    expect([topics.length, secrets.length, notRun]).toEqual([2, 2, []]);
  });

  test('functions, their event sources and routes, and types that are not run are listed, not refused', () => {
    const { functions, eventSources, routes, notRun } = beside({
      Bucket: { Type: 'AWS::S3::Bucket' },
      // Says who may, as every policy does: nothing of its own is missing here.
      BucketPolicy: { Type: 'AWS::S3::BucketPolicy' },
      Report: { Type: 'AWS::Lambda::Function', Properties: { Runtime: 'python3.13' } },
      Nightly: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { FunctionName: { Ref: 'Report' }, EventSourceArn: att('Jobs', 'Arn') },
      },
      Health: { Type: 'AWS::ApiGatewayV2::Route', Properties: { RouteKey: 'GET /{any}' } },
      Ordered: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } },
    });
    expect([functions.length, eventSources.length, routes.length]).toEqual([1, 1, 1]);
    expect(notRun.map(({ logicalId }) => logicalId).sort()).toEqual([
      'Bucket',
      'Health',
      'Nightly',
      'Ordered',
      'Report',
    ]);
  });

  test('a variable may hold the name of what is not run', () => {
    const { functions } = model((all) => {
      all['Bucket'] = { Type: 'AWS::S3::Bucket' };
      variables(all, { 'Fn::Join': [' ', [{ Ref: 'Bucket' }, att('Bucket', 'Arn')]] });
    });
    expect(functions[0]?.environment).toEqual({ VALUE: 'stack-bucket arn:aws:s3:::stack-bucket' });
  });
});

test.each([
  [{}, 'the stack holds no SupaglueWebhooks construct'],
  [
    { Default: DEPLOYMENT, Second: DEPLOYMENT },
    'the stack holds several SupaglueWebhooks constructs (Default and Second)',
  ],
])('%j is refused', (deployments, message) => {
  const template = readTemplate({ Metadata: { [METADATA_KEY]: deployments }, Resources: resources() });
  const assembly = { stackName: 'Stack', template, warnings: [], assetDirectory: (key: string) => key };
  expect(() => buildModel(assembly, 'http://127.0.0.1:1234')).toThrow(message);
});
