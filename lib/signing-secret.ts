import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Fn, type RemovalPolicy, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

export interface SigningSecretProps {
  readonly removalPolicy: RemovalPolicy;
  /** Name of a source. @default Supaglue */
  readonly sender?: string;
}

/**
 * Holds the endpoint's signing secret from Supaglue. It is created without a value (the L2 construct would
 * generate one, and a value in the template would be written again with every change): an empty secret
 * means "not configured yet", and no release can overwrite what the user stored.
 */
export class SigningSecret extends Construct {
  /** What IAM and the function use. */
  readonly secretArn: string;
  readonly resource: CfnSecret;
  /** What people type. */
  readonly secretName: string;

  constructor(scope: Construct, id: string, { removalPolicy, sender }: SigningSecretProps) {
    super(scope, id);
    const secret = new CfnSecret(this, 'Resource', {
      description:
        sender === undefined
          ? 'Signing secret (whsec_...) of the Supaglue webhook endpoint; several separated by spaces'
          : `Signing secret (whsec_... or whpk_...) of the source ${sender}; several separated by spaces`,
    });
    secret.applyRemovalPolicy(removalPolicy);
    this.resource = secret;
    this.secretArn = secret.ref;
    // No fixed name: it would collide with a retained secret when the stack is deployed again. CloudFormation
    // names it `logicalId-random`, and Secrets Manager adds `-suffix` in the ARN alone.
    const [idPart, randomPart] = [0, 1].map((index) =>
      Fn.select(index, Fn.split('-', Fn.select(6, Fn.split(':', this.secretArn)))),
    );
    this.secretName = `${idPart}-${randomPart}`;

    Validations.of(secret).acknowledge({
      id: 'AwsSolutions::AwsSolutions-SMG4',
      reason:
        'The value belongs to Supaglue: it is rotated there and stored here by the user, so there is nothing that a rotation function could do. Both secrets may be stored meanwhile.',
    });
  }
}
