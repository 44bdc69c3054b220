import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ReconcileEnvironment } from '../lambdas/contract/environment.ts';
import { RECONCILE_SERVICE } from '../lambdas/contract/metrics.ts';
import { MAX_CALLS, RECONCILE_TIMEOUT_SECONDS, SNAPSHOT_KEY } from '../lambdas/contract/reconcile.ts';
import type { StackConfig } from './stack-config.ts';
import { WebhookFunction } from './webhook-function.ts';

export interface ReconcileFunctionProps {
  readonly config: StackConfig;
  readonly assetDirectory: string;
  readonly queue: Queue;
  readonly ledger: TableV2;
  readonly apiKeySecretArn: string;
  readonly minutes: number;
}

/** Compares Supaglue's API with what events told, on a schedule. */
export class ReconcileFunction extends Construct {
  readonly function: WebhookFunction['function'];
  readonly schedule: CfnSchedule;

  constructor(scope: Construct, id: string, props: ReconcileFunctionProps) {
    super(scope, id);
    const { config, queue, ledger, apiKeySecretArn, minutes } = props;
    const reconcile = new WebhookFunction(this, 'Reconcile', {
      config,
      description: 'Finds what the webhooks did not tell, and makes up for it',
      assetDirectory: props.assetDirectory,
      timeoutSeconds: RECONCILE_TIMEOUT_SECONDS,
      service: RECONCILE_SERVICE,
      environment: {
        [ReconcileEnvironment.QUEUE_URL]: queue.queueUrl,
        [ReconcileEnvironment.LEDGER_TABLE_NAME]: ledger.tableName,
        [ReconcileEnvironment.SUPAGLUE_API_KEY_SECRET_ID]: apiKeySecretArn,
        [ReconcileEnvironment.SUPAGLUE_API_URL]: config.supaglueApiUrl,
        [ReconcileEnvironment.GRACE_SECONDS]: String(config.reconcileGraceMinutes * 60),
        [ReconcileEnvironment.GONE_PERCENT]: String(config.reconcileGonePercent),
        [ReconcileEnvironment.MAX_CALLS]: String(MAX_CALLS),
      },
    });
    reconcile.allow(queue.queueArn, 'sqs:SendMessage');
    reconcile.allow(apiKeySecretArn, 'secretsmanager:GetSecretValue');
    const keys = (...patterns: string[]) => ({
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': patterns },
    });
    // Records of events have neither a dot nor this beginning: it can change none of them.
    reconcile.allowWhere(keys(`${SNAPSHOT_KEY}*`), ledger.tableArn, 'dynamodb:UpdateItem');
    reconcile.allowWhere(keys(`${SNAPSHOT_KEY}*`, '*.*'), ledger.tableArn, 'dynamodb:GetItem');
    this.function = reconcile.function;

    const role = new Role(this, 'ScheduleRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.function.functionArn] }),
    );
    this.schedule = new CfnSchedule(this, 'Schedule', {
      description: 'Runs the comparison with the API of Supaglue',
      flexibleTimeWindow: { mode: 'OFF' },
      scheduleExpression: `rate(${minutes} minute${minutes === 1 ? '' : 's'})`,
      target: {
        arn: this.function.functionArn,
        roleArn: role.roleArn,
        input: '{}',
        // What was missed, the next run finds.
        retryPolicy: { maximumRetryAttempts: 0 },
      },
    });
  }
}
