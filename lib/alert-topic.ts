import { AccountRootPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Subscription, SubscriptionProtocol, Topic } from 'aws-cdk-lib/aws-sns';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { StackConfig } from './stack-config.ts';

export interface AlertTopicProps {
  readonly config: StackConfig;
}

/** Where alarms and the sample handler `alert-on-sync-error` publish. */
export class AlertTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { config }: AlertTopicProps) {
    super(scope, id);
    // Encrypted only with a customer-managed key: CloudWatch may not use the AWS-managed one, so with that
    // the alarms would be silent.
    this.topic = new Topic(this, 'Topic', {
      displayName: 'Supaglue webhooks',
      enforceSSL: true,
      ...(config.alertTopicKeyArn === undefined
        ? {}
        : { masterKey: Key.fromKeyArn(this, 'Key', config.alertTopicKeyArn) }),
    });
    const account = Stack.of(this).account;
    // `enforceSSL` writes a policy that holds only a Deny, in place of the default one: without these two
    // statements no alarm could publish.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    );
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'OwnerAccount',
        principals: [new AccountRootPrincipal()],
        actions: [
          'sns:AddPermission',
          'sns:DeleteTopic',
          'sns:GetTopicAttributes',
          'sns:ListSubscriptionsByTopic',
          'sns:Publish',
          'sns:RemovePermission',
          'sns:SetTopicAttributes',
          'sns:Subscribe',
        ],
        resources: [this.topic.topicArn],
      }),
    );
    if (config.alertEmail !== undefined) {
      this.#subscribe('Email', SubscriptionProtocol.EMAIL, config.alertEmail);
    }
    if (config.alertEndpoint !== undefined) {
      this.#subscribe('Endpoint', SubscriptionProtocol.HTTPS, config.alertEndpoint);
    }
  }

  /** `addSubscription` would make the address a part of ids, which every deploy prints: an endpoint's holds a key. */
  #subscribe(id: string, protocol: SubscriptionProtocol, endpoint: string): void {
    new Subscription(this, id, { topic: this.topic, protocol, endpoint });
  }
}
