import { randomUUID } from 'node:crypto';
import type { FunctionModel } from '../assembly/stack-model.ts';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../identity.ts';
import type { JsonRecord } from '../json.ts';
import type { Poller } from '../poller/poller.ts';

/** An event source mapping as Lambda's API shows it. */
export class LambdaMapping {
  readonly uuid = randomUUID();
  readonly #poller: Poller;
  #changedAtMs = Date.now();

  constructor(poller: Poller) {
    this.#poller = poller;
  }

  /** Lambda refuses an update until the one before has come to its end. */
  get isChanging(): boolean {
    return this.#poller.state === 'Enabling' || this.#poller.state === 'Disabling';
  }

  fits(eventSourceArn: string | undefined, functionName: string | undefined): boolean {
    const { source, target } = this.#poller;
    const { name, arn } = target.definition;
    return (
      (eventSourceArn === undefined || eventSourceArn === source.queueArn) &&
      (functionName === undefined || functionName === name || functionName === arn)
    );
  }

  setEnabled(enabled: boolean): void {
    this.#changedAtMs = Date.now();
    if (enabled) this.#poller.enable();
    else this.#poller.disable();
  }

  /** https://docs.aws.amazon.com/lambda/latest/api/API_GetEventSourceMapping.html */
  describe(): JsonRecord {
    const { source, target, state } = this.#poller;
    const { maximumConcurrency, reportsItemFailures } = source;
    return {
      UUID: this.uuid,
      EventSourceMappingArn: `arn:aws:lambda:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:event-source-mapping:${this.uuid}`,
      EventSourceArn: source.queueArn,
      FunctionArn: target.definition.arn,
      State: state,
      StateTransitionReason: 'USER_INITIATED',
      LastModified: this.#changedAtMs / 1000,
      BatchSize: source.batchSize,
      MaximumBatchingWindowInSeconds: source.batchingWindowSeconds,
      FunctionResponseTypes: reportsItemFailures ? ['ReportBatchItemFailures'] : [],
      ...(maximumConcurrency === undefined
        ? {}
        : { ScalingConfig: { MaximumConcurrency: maximumConcurrency } }),
    };
  }
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html */
export function functionConfiguration(
  definition: FunctionModel,
  variables: Readonly<Record<string, string>>,
): JsonRecord {
  return {
    FunctionName: definition.name,
    FunctionArn: definition.arn,
    Runtime: definition.runtime,
    Handler: definition.handler,
    Timeout: definition.timeoutSeconds,
    MemorySize: definition.memoryMb,
    Environment: { Variables: variables },
    LoggingConfig: { LogGroup: definition.logGroupName },
    PackageType: 'Zip',
    Version: '$LATEST',
    State: 'Active',
    LastUpdateStatus: 'Successful',
  };
}
