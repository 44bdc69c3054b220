import { Effect, Grant, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  type FunctionOptions,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { METRICS_NAMESPACE, serviceName } from '../lambdas/contract/metrics.ts';
import type { StackConfig } from './stack-config.ts';

/** Where a function's network interfaces are. */
export type FunctionNetwork = Required<Pick<FunctionOptions, 'vpc' | 'vpcSubnets' | 'securityGroups'>>;

/**
 * What Lambda calls with the function's role to put interfaces into subnets; it takes no narrower resource.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 */
const NETWORK_ACTIONS = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

export interface WebhookFunctionProps {
  readonly config: StackConfig;
  readonly description: string;
  /** Directory of the function's bundle: `index.mjs`, its chunks and source maps. */
  readonly assetDirectory: string;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  /** With the stage: Powertools' service name, and the dimension `service` of the function's metrics. */
  readonly service: string;
  /** @default none: Lambda's own, with a way to the internet */
  readonly network?: FunctionNetwork | undefined;
}

/** What both functions have in common. There is no reserved concurrency: new accounts have ten in all. */
export class WebhookFunction extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: WebhookFunctionProps) {
    super(scope, id);
    const { config, network } = props;
    const logGroup = new LogGroup(this, 'Logs', {
      retention: config.logRetentionDays,
      // Logs expire by themselves; a group that outlived its stack would be litter for ever.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // CDK's default role may write to every log group of the account; this one to its own.
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    // Before the function: Lambda tries them when it is created.
    if (network !== undefined) allowNetwork(role);
    this.function = new LambdaFunction(this, 'Function', {
      description: props.description,
      code: Code.fromAsset(props.assetDirectory),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      // CPU grows with memory (1,769 MB is one core). 512 MB holds a batch (6 MB, Lambda's limit) with room
      // and starts about twice as fast as 256 MB; the work between is waiting, which more would not shorten.
      memorySize: 512,
      timeout: Duration.seconds(props.timeoutSeconds),
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      // INFO, or the lines that carry the metrics (embedded metric format) would be dropped.
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      // START, END and REPORT of each invocation would be most of the log bill; metrics say the same.
      systemLogLevelV2: SystemLogLevel.WARN,
      tracing: config.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      environment: {
        POWERTOOLS_SERVICE_NAME: serviceName(props.service, config.stage),
        POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
        POWERTOOLS_LOG_LEVEL: 'INFO',
        ...props.environment,
      },
      ...network,
    });
    logGroup.grantWrite(role);
    if (config.tracing) {
      Validations.of(role).acknowledge({
        id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
        reason:
          'xray:PutTraceSegments and xray:PutTelemetryRecords know no resources; only with tracing=true.',
      });
    }
  }

  /** Allows these actions on this resource and nothing else; the `grant…` methods of CDK often add more. */
  allow(resourceArn: string, ...actions: readonly string[]): void {
    this.allowWhere({}, resourceArn, ...actions);
  }

  /** The same, where an IAM condition holds. */
  allowWhere(
    conditions: Record<string, Record<string, unknown>>,
    resourceArn: string,
    ...actions: readonly string[]
  ): void {
    Grant.addToPrincipal({
      grantee: this.function,
      actions: [...actions],
      resourceArns: [resourceArn],
      conditions,
    }).assertSuccess();
  }
}

/** A variable of a function that is there when it has a value. */
export function optionalVariable(name: string, value: string | number | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: String(value) };
}

function allowNetwork(role: Role): void {
  role.addToPolicy(new PolicyStatement({ actions: NETWORK_ACTIONS, resources: ['*'] }));
  // Only Lambda itself needs them. The key is there when the function's code calls, and only then:
  // https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
  role.addToPolicy(
    new PolicyStatement({
      effect: Effect.DENY,
      actions: NETWORK_ACTIONS,
      resources: ['*'],
      conditions: { Null: { 'lambda:SourceFunctionArn': 'false' } },
    }),
  );
  Validations.of(role).acknowledge({
    id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
    reason:
      'Lambda makes the network interfaces of a function in a VPC with its role, on no narrower resource; the function’s own code is denied them. Only with vpcId.',
  });
}
