/** What a permission says → why it is there. */
export type Explained = Readonly<Record<string, string>>;

/** What every stack allows and denies. Resources are named by their logical ID, without its hash. */
export const EVERY_STACK: Explained = {
  // The public end.
  'anyone may POST /webhooks on IngestApi':
    'Svix can use no AWS authorizer. Its signature is checked by the function before anything else is done.',
  'service apigateway.amazonaws.com may lambda:InvokeFunction on IngestFunctionIngestFunction if SourceArn = arn:<partition>:execute-api:<region>:<account>:IngestApi/*/*/webhooks':
    'The route calls the function. Of this API alone, whose id is in the ARN; the stars are its stage and method, of which it has one each.',

  // Ingest: one queue, one secret, one log.
  'service lambda.amazonaws.com may sts:AssumeRole on IngestFunctionIngestRole':
    'Lambda runs the function as this role. A role can be given only to functions of its own account, by who has iam:PassRole on it.',
  'IngestFunctionIngestRole may sqs:SendMessage on QueuesQueue':
    'Each verified webhook becomes one message. It may read none: who takes ingest over sees no other customer’s events.',
  'IngestFunctionIngestRole may secretsmanager:GetSecretValue on SigningSecret':
    'The signatures are verified with it.',
  'IngestFunctionIngestRole may logs:CreateLogStream on IngestFunctionIngestLogs':
    'Each sandbox of the function logs to a stream of its own. The group is made by the stack, so CreateLogGroup is not needed.',
  'IngestFunctionIngestRole may logs:PutLogEvents on IngestFunctionIngestLogs':
    'Log lines, and the metrics in them (embedded metric format): no permission on CloudWatch is needed.',

  // Consumer: takes from one queue, gives up to the other, keeps the ledger, alerts.
  'service lambda.amazonaws.com may sts:AssumeRole on ConsumerFunctionConsumerRole':
    'As for ingest. Handlers run as this role.',
  'ConsumerFunctionConsumerRole may sqs:ReceiveMessage on QueuesQueue':
    'The event source mapping polls as this role.',
  'ConsumerFunctionConsumerRole may sqs:DeleteMessage on QueuesQueue':
    'The event source mapping deletes what the function has settled.',
  'ConsumerFunctionConsumerRole may sqs:GetQueueAttributes on QueuesQueue':
    'The event source mapping reads the depth to scale, and the visibility timeout.',
  'ConsumerFunctionConsumerRole may sqs:ChangeMessageVisibility on QueuesQueue': 'The delay before a retry.',
  'ConsumerFunctionConsumerRole may sqs:SendMessage on QueuesDeadLetterQueue':
    'What cannot be handled is copied there with its reason. It may neither read nor delete dead letters.',
  'ConsumerFunctionConsumerRole may dynamodb:UpdateItem on LedgerTable':
    'Claims, completions, failures and the windows of alerts, each under a condition. PutItem and DeleteItem are never called.',
  'ConsumerFunctionConsumerRole may dynamodb:GetItem on LedgerTable':
    'A refused claim, or a window of alerts that another event holds, is looked at; a function that starts reads an item that is not there. No Query or Scan: one event at a time, by its id, and no list of customers.',
  'ConsumerFunctionConsumerRole may sns:Publish on AlertsTopic':
    'The handlers alert-on-sync-error and alert-on-sync-paused tell people.',
  'ConsumerFunctionConsumerRole may logs:CreateLogStream on ConsumerFunctionConsumerLogs': 'As for ingest.',
  'ConsumerFunctionConsumerRole may logs:PutLogEvents on ConsumerFunctionConsumerLogs': 'As for ingest.',

  // Queues: no policy allows anything, so only roles of this account reach them.
  'anyone must not sqs:* on QueuesQueue if Bool aws:SecureTransport = false': 'TLS only.',
  'anyone must not sqs:* on QueuesDeadLetterQueue if Bool aws:SecureTransport = false': 'TLS only.',

  // The topic that alarms and handlers publish to.
  'anyone must not sns:Publish on AlertsTopic if Bool aws:SecureTransport = false': 'TLS only.',
  'service cloudwatch.amazonaws.com may sns:Publish on AlertsTopic if StringEquals aws:SourceAccount = <account>':
    'Alarms of this account: of any name, so that alarms of your own may use the topic too.',
  'this account may sns:AddPermission on AlertsTopic': ownersOwn(),
  'this account may sns:DeleteTopic on AlertsTopic': ownersOwn(),
  'this account may sns:GetTopicAttributes on AlertsTopic': ownersOwn(),
  'this account may sns:ListSubscriptionsByTopic on AlertsTopic': ownersOwn(),
  'this account may sns:Publish on AlertsTopic': ownersOwn(),
  'this account may sns:RemovePermission on AlertsTopic': ownersOwn(),
  'this account may sns:SetTopicAttributes on AlertsTopic': ownersOwn(),
  'this account may sns:Subscribe on AlertsTopic': ownersOwn(),
};

function ownersOwn(): string {
  return 'What SNS’s default policy gives to the owner, for the account’s root: it gives nobody more than IAM does, and nobody outside anything.';
}

/** Values that the variants are configured with. Each key of the configuration has one that is not its default. */
export const VARIANTS = {
  stage: 'other',
  alertEmail: 'on-call@example.com',
  alertEndpoint: 'https://events.example.com/enqueue',
  alertWindowSeconds: 7,
  pagerDutySecretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:pager-AbCdEf',
  slackSecretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:slack-AbCdEf',
  endpoint: 'both',
  throttleRate: 7,
  throttleBurst: 7,
  maxConcurrency: 7,
  batchSize: 7,
  batchWindowSeconds: 7,
  maxAttempts: 7,
  backoffBaseSeconds: 7,
  backoffCapSeconds: 77,
  handlerTimeoutSeconds: 7,
  ledgerRetentionDays: 77,
  logRetentionDays: 7,
  allowedSources: '192.0.2.0/24',
  tracing: true,
  retainData: false,
  alertTopicKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d',
  databaseSecretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:database-AbCdEf',
  databaseCaSecretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:authority-AbCdEf',
  supaglueSchema: 'other_supaglue',
  applicationSchema: 'other_app',
  cleanSupaglueTables: true,
  supaglueApiKeySecretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:api-key-AbCdEf',
  supaglueApiUrl: 'https://supaglue.example.com/mgmt/v2',
  reconcileMinutes: 7,
  reconcileGraceMinutes: 7,
  reconcileGonePercent: 7,
  connectionSchemas: 'connection-1=other',
  vpcId: 'vpc-0a1b2c3d',
  subnetIds: 'subnet-0a1b2c3d,subnet-1a1b2c3d',
  securityGroupIds: 'sg-0a1b2c3d',
} as const;

type Key = keyof typeof VARIANTS;

/** What a key makes no sense without. Their own lines are there too. */
export const NEEDED_BY: Readonly<Partial<Record<Key, readonly Key[]>>> = {
  databaseCaSecretArn: ['databaseSecretArn'],
  supaglueSchema: ['databaseSecretArn'],
  applicationSchema: ['databaseSecretArn'],
  cleanSupaglueTables: ['databaseSecretArn'],
  supaglueApiKeySecretArn: ['databaseSecretArn'],
  supaglueApiUrl: ['databaseSecretArn'],
  connectionSchemas: ['databaseSecretArn'],
  reconcileMinutes: ['databaseSecretArn', 'supaglueApiKeySecretArn'],
  vpcId: ['databaseSecretArn', 'subnetIds', 'securityGroupIds'],
  subnetIds: ['databaseSecretArn', 'vpcId', 'securityGroupIds'],
  securityGroupIds: ['databaseSecretArn', 'vpcId', 'subnetIds'],
};

const NETWORK_ACTIONS = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];
const NETWORK_ALLOWED = Object.fromEntries(
  NETWORK_ACTIONS.map((action) => [
    `ConsumerFunctionConsumerRole may ${action} on *`,
    'Lambda makes and removes the interfaces in the subnets with the function’s role.',
  ]),
);
const NETWORK_DENIED = Object.fromEntries(
  NETWORK_ACTIONS.map((action) => [
    `ConsumerFunctionConsumerRole must not ${action} on * if Null lambda:SourceFunctionArn = false`,
    'Lambda alone needs it: the function’s own code, by whose calls the key is there, is denied it.',
  ]),
);

/** What a key of the configuration adds. A key that is not here changes no permission. */
export const ADDED_BY: Readonly<Partial<Record<Key, Explained>>> = {
  alertEmail: {
    'email on-call@example.com may receive on AlertsTopic': 'Who is alerted, after a confirmation.',
  },
  alertEndpoint: {
    'https https://events.example.com/enqueue may receive on AlertsTopic': 'What is alerted, over TLS.',
  },
  endpoint: {
    'anyone may call the URL on IngestFunctionIngestFunction':
      'As the route of the HTTP API: the function checks the signature before anything else is done.',
    'anyone may lambda:InvokeFunctionUrl on IngestFunctionIngestFunction if FunctionUrlAuthType = NONE':
      'Without it Lambda answers 403.',
    'anyone may lambda:InvokeFunction on IngestFunctionIngestFunction if InvokedViaFunctionUrl = true':
      'Lambda asks for both since October 2025. By its URL alone: nobody else may invoke it.',
  },
  pagerDutySecretArn: {
    'ConsumerFunctionConsumerRole may secretsmanager:GetSecretValue on arn:aws:secretsmanager:eu-west-1:111122223333:secret:pager-AbCdEf':
      'The routing key that an alert to PagerDuty carries.',
  },
  slackSecretArn: {
    'ConsumerFunctionConsumerRole may secretsmanager:GetSecretValue on arn:aws:secretsmanager:eu-west-1:111122223333:secret:slack-AbCdEf':
      'The URL that an alert to Slack is posted to: whoever has it can write into the channel.',
  },
  alertTopicKeyArn: {
    'ConsumerFunctionConsumerRole may kms:GenerateDataKey on arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d if StringEquals kms:EncryptionContext:aws:sns:topicArn = AlertsTopic':
      'A publisher to an encrypted topic needs both; for messages of this topic only.',
    'ConsumerFunctionConsumerRole may kms:Decrypt on arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d if StringEquals kms:EncryptionContext:aws:sns:topicArn = AlertsTopic':
      'As above.',
  },
  databaseSecretArn: {
    'ConsumerFunctionConsumerRole may secretsmanager:GetSecretValue on arn:aws:secretsmanager:eu-west-1:111122223333:secret:database-AbCdEf':
      'Where the database is, and the password of the role that the handlers work as.',
  },
  databaseCaSecretArn: {
    'ConsumerFunctionConsumerRole may secretsmanager:GetSecretValue on arn:aws:secretsmanager:eu-west-1:111122223333:secret:authority-AbCdEf':
      'The certificates that the database’s own is verified with. They are no secret, but too long for a variable.',
  },
  supaglueApiKeySecretArn: {
    'ConsumerFunctionConsumerRole may secretsmanager:GetSecretValue on arn:aws:secretsmanager:eu-west-1:111122223333:secret:api-key-AbCdEf':
      'A backfill triggers a full sync with it.',
  },
  reconcileMinutes: {
    'service lambda.amazonaws.com may sts:AssumeRole on ReconcileFunctionReconcileRole':
      'As for ingest. A function of its own, so that no handler may send to the queue.',
    'ReconcileFunctionReconcileRole may sqs:SendMessage on QueuesQueue':
      'What Supaglue did not tell goes the way of every event.',
    'ReconcileFunctionReconcileRole may secretsmanager:GetSecretValue on arn:aws:secretsmanager:eu-west-1:111122223333:secret:api-key-AbCdEf':
      'Supaglue’s management API is asked with it.',
    'ReconcileFunctionReconcileRole may dynamodb:UpdateItem on LedgerTable if ForAllValues:StringLike dynamodb:LeadingKeys = reconcile#snapshot*':
      'Its snapshot, under a condition. It can change no record of an event.',
    'ReconcileFunctionReconcileRole may dynamodb:GetItem on LedgerTable if ForAllValues:StringLike dynamodb:LeadingKeys = reconcile#snapshot* or *.*':
      'Its snapshot, and which event has told something; ids of events have no dot.',
    'ReconcileFunctionReconcileRole may logs:CreateLogStream on ReconcileFunctionReconcileLogs':
      'As for ingest.',
    'ReconcileFunctionReconcileRole may logs:PutLogEvents on ReconcileFunctionReconcileLogs':
      'As for ingest.',
    'service scheduler.amazonaws.com may sts:AssumeRole on ReconcileFunctionScheduleRole if StringEquals aws:SourceAccount = <account>':
      'The schedule calls as this role; of this account alone.',
    'ReconcileFunctionScheduleRole may lambda:InvokeFunction on ReconcileFunctionReconcileFunction':
      'The schedule’s one call.',
  },
  vpcId: { ...NETWORK_ALLOWED, ...NETWORK_DENIED },
  tracing: {
    'IngestFunctionIngestRole may xray:PutTraceSegments on *': 'Traces.',
    'IngestFunctionIngestRole may xray:PutTelemetryRecords on *': 'Counts of what the tracing itself did.',
    'ConsumerFunctionConsumerRole may xray:PutTraceSegments on *': 'Traces.',
    'ConsumerFunctionConsumerRole may xray:PutTelemetryRecords on *':
      'Counts of what the tracing itself did.',
  },
};

/** What a source named openai adds. */
export const OF_A_SOURCE: Explained = {
  'anyone may POST /webhooks/openai on IngestApi':
    'As for Supaglue: whoever signs it can use no AWS authorizer.',
  'service apigateway.amazonaws.com may lambda:InvokeFunction on IngestFunctionIngestFunction if SourceArn = arn:<partition>:execute-api:<region>:<account>:IngestApi/*/*/webhooks/openai':
    'Its route calls the same function.',
  'IngestFunctionIngestRole may secretsmanager:GetSecretValue on Sourcesopenai':
    'Its signatures are verified with its own secret.',
};

/** Permissions that AWS knows no resource for, or that it asks for without one → the page that says so. */
export const WITHOUT_RESOURCE: Explained = {
  ...pageFor(
    ADDED_BY.tracing,
    'https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html',
  ),
  ...pageFor(
    NETWORK_ALLOWED,
    'https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions',
  ),
};

function pageFor(lines: Explained = {}, page: string): Explained {
  return Object.fromEntries(Object.keys(lines).map((line) => [line, page]));
}
