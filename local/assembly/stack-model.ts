import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { DeploymentMetadata, DeploymentParts } from '../../lambdas/contract/outputs.ts';

/** What the local cloud builds: the template's own properties, resolved. */
export interface StackModel {
  readonly stackName: string;
  /** What the framework's construct tells of itself. */
  readonly deployment: DeploymentMetadata;
  /** Logical ids; of the ledger its name, of secret and topic their ARNs. */
  readonly parts: DeploymentParts;
  /** Senders besides Supaglue: name → ARN of the secret with its signing secrets. */
  readonly sourceSecrets: Readonly<Record<string, string>>;
  /** Dead-letter queues before the queues that name them. */
  readonly queues: readonly QueueModel[];
  readonly tables: readonly CreateTableCommandInput[];
  readonly secrets: readonly SecretModel[];
  readonly topics: readonly TopicModel[];
  readonly functions: readonly FunctionModel[];
  readonly eventSources: readonly EventSourceModel[];
  readonly routes: readonly RouteModel[];
  readonly schedules: readonly ScheduleModel[];
  /** What the template holds beside, in its order. */
  readonly notRun: readonly NotRun[];
}

export interface NotRun {
  readonly logicalId: string;
  readonly type: string;
  /** Absent: the local cloud has none of this type. */
  readonly why?: string;
}

export interface QueueModel {
  readonly logicalId: string;
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  /** As CreateQueue takes them. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly deadLetterTargetArn?: string;
}

export interface SecretModel {
  readonly name: string;
  readonly arn: string;
  /** Absent for a secret that is created without a value. */
  readonly value?: string;
}

export interface TopicModel {
  readonly arn: string;
  readonly subscriptions: readonly SubscriptionModel[];
}

export interface SubscriptionModel {
  readonly protocol: string;
  readonly endpoint: string;
}

export interface FunctionModel {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  /** Holds the code as it is shipped. */
  readonly codeDirectory: string;
  /** `file.export`. */
  readonly handler: string;
  /** As in the template; whatever it says, the Node.js of this process runs it. */
  readonly runtime: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly logGroupName: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Variables whose value only a deployment knows → why. */
  readonly unresolved: Readonly<Record<string, string>>;
  /** What Lambda sets because of the function's logging configuration. */
  readonly logEnvironment: Readonly<Record<string, string>>;
}

export interface EventSourceModel {
  readonly logicalId: string;
  readonly functionId: string;
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
  readonly reportsItemFailures: boolean;
  /** Absent when the template sets none. */
  readonly maximumConcurrency?: number;
  readonly enabled: boolean;
}

export interface ScheduleModel {
  readonly functionId: string;
  readonly everyMs: number;
}

export interface RouteModel {
  readonly logicalId: string;
  /** As in the template, `POST /webhooks`; of a function URL `$default`. */
  readonly routeKey: string;
  /** A function URL, which has no gateway before it. */
  readonly isUrl?: true;
  readonly apiId: string;
  /** `$default`, or the first segment of every path. */
  readonly stage: string;
  readonly functionId: string;
  readonly timeoutMs: number;
  /** Whether the template lets the API, or anyone, call the function. */
  readonly permitted: boolean;
}
