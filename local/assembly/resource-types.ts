export const ResourceType = {
  QUEUE: 'AWS::SQS::Queue',
  TABLE: 'AWS::DynamoDB::Table',
  GLOBAL_TABLE: 'AWS::DynamoDB::GlobalTable',
  SECRET: 'AWS::SecretsManager::Secret',
  TOPIC: 'AWS::SNS::Topic',
  SUBSCRIPTION: 'AWS::SNS::Subscription',
  FUNCTION: 'AWS::Lambda::Function',
  EVENT_SOURCE_MAPPING: 'AWS::Lambda::EventSourceMapping',
  PERMISSION: 'AWS::Lambda::Permission',
  URL: 'AWS::Lambda::Url',
  API: 'AWS::ApiGatewayV2::Api',
  STAGE: 'AWS::ApiGatewayV2::Stage',
  INTEGRATION: 'AWS::ApiGatewayV2::Integration',
  ROUTE: 'AWS::ApiGatewayV2::Route',
  LOG_GROUP: 'AWS::Logs::LogGroup',
  KEY: 'AWS::KMS::Key',
  SCHEDULE: 'AWS::Scheduler::Schedule',
} as const;

/**
 * Types that change nothing about what runs here. IAM is among them: a missing grant is found by the stack's
 * own tests, not locally.
 */
const WITHOUT_COUNTERPART: ReadonlySet<string> = new Set([
  'AWS::CDK::Metadata',
  'AWS::ApiGateway::Account',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::CompositeAlarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::KMS::Alias',
  'AWS::Logs::MetricFilter',
  'AWS::Logs::QueryDefinition',
  'AWS::Logs::ResourcePolicy',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
  'AWS::SecretsManager::ResourcePolicy',
]);

const RUN: ReadonlySet<string> = new Set(Object.values(ResourceType));

export function isRun(type: string): boolean {
  return RUN.has(type);
}

export function isWithoutCounterpart(type: string): boolean {
  return WITHOUT_COUNTERPART.has(type);
}
