import { type ISubnet, SecurityGroup, Subnet, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Annotations } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { ConsumerEnvironment } from '../lambdas/contract/environment.ts';
import type { StackConfig } from './stack-config.ts';
import { type FunctionNetwork, optionalVariable } from './webhook-function.ts';

/** What the database handlers read; nothing without a database. */
export function databaseEnvironment(config: StackConfig): Record<string, string> {
  const { databaseSecretArn, databaseCaSecretArn, supaglueApiKeySecretArn, connectionSchemas } = config;
  if (databaseSecretArn === undefined) return {};
  return {
    [ConsumerEnvironment.DATABASE_SECRET_ID]: databaseSecretArn,
    [ConsumerEnvironment.SUPAGLUE_SCHEMA]: config.supaglueSchema,
    [ConsumerEnvironment.APPLICATION_SCHEMA]: config.applicationSchema,
    [ConsumerEnvironment.CLEAN_SUPAGLUE_TABLES]: String(config.cleanSupaglueTables),
    ...optionalVariable(ConsumerEnvironment.DATABASE_CA_SECRET_ID, databaseCaSecretArn),
    ...(supaglueApiKeySecretArn !== undefined && {
      [ConsumerEnvironment.SUPAGLUE_API_KEY_SECRET_ID]: supaglueApiKeySecretArn,
      [ConsumerEnvironment.SUPAGLUE_API_URL]: config.supaglueApiUrl,
    }),
    ...optionalVariable(
      ConsumerEnvironment.CONNECTION_SCHEMAS,
      connectionSchemas && JSON.stringify(connectionSchemas),
    ),
  };
}

/** ARNs of the secrets that the database handlers read. */
export function databaseSecrets(config: StackConfig): readonly (string | undefined)[] {
  return [config.databaseSecretArn, config.databaseCaSecretArn, config.supaglueApiKeySecretArn];
}

/** The network of the database, by ids alone: a look-up would bind the template to one account. */
export function databaseNetwork(scope: Construct, config: StackConfig): FunctionNetwork | undefined {
  const { vpcId, subnetIds = [], securityGroupIds = [] } = config;
  if (vpcId === undefined) return undefined;
  return {
    // Only the subnets' ids reach the template; CDK wants to know of a zone, and asks nobody for it.
    vpc: Vpc.fromVpcAttributes(scope, 'Vpc', { vpcId, availabilityZones: ['any'] }),
    vpcSubnets: { subnets: subnetIds.map((id) => importedSubnet(scope, id)) },
    securityGroups: securityGroupIds.map((id) =>
      // CDK shall not try to open it: what it lets out is its owner's.
      SecurityGroup.fromSecurityGroupId(scope, `SecurityGroup-${id}`, id, { mutable: false }),
    ),
  };
}

function importedSubnet(scope: Construct, id: string): ISubnet {
  const subnet = Subnet.fromSubnetId(scope, `Subnet-${id}`, id);
  Annotations.of(subnet).acknowledgeWarning(
    '@aws-cdk/aws-ec2:noSubnetRouteTableId',
    'Nothing here adds a route: the way out is the network’s owner’s.',
  );
  return subnet;
}
