import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { clientOptions } from '../../lambdas/runtime/client-options.ts';
import { needsOf, type SuiteName } from '../suites/suite-needs.ts';

/** A long poll takes 20 s; the rest is for a slow line. */
const bounds = clientOptions({ connectTimeoutMs: 5_000, requestTimeoutMs: 40_000, maxAttempts: 5 });

export interface EndpointClients {
  readonly sqs: SQSClient;
  readonly dynamoDb: DynamoDBClient;
}

/** Clients that take endpoint, region and credentials as every AWS tool does. */
export function endpointClients(): EndpointClients {
  return {
    // By default a call goes to the queue URL's own host, which an endpoint is free to choose: all shall go where
    // `--yes` said.
    sqs: new SQSClient({ ...bounds, useQueueUrlAsEndpoint: false }),
    dynamoDb: new DynamoDBClient(bounds),
  };
}

/** Where a request was about to go. */
interface Address {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
}

/** Ends a call of the SDK before anything is signed or sent. */
class AddressFound extends Error {
  readonly address: Address;
  constructor(address: Address) {
    super('the address is known');
    this.address = address;
  }
}

/**
 * What `--yes` must name: where the environment makes the SDK send the calls of the suites. That is `HOST:PORT` of an
 * endpoint, and `ACCOUNT/REGION` on AWS; `aws/REGION` where the credentials do not say their account, as those of SSO
 * and of assumed roles do. Two names with a comma when SQS and DynamoDB are in different places; a service that none of
 * the suites needs is not asked for. Nothing is sent.
 *
 * @throws what the SDK says, without a region or, on AWS, without credentials
 */
export async function endpointName(suites: readonly SuiteName[]): Promise<string> {
  const { queues, tables } = needsOf(suites);
  // Asked of the SDK itself: it also reads the profile's settings. Its own credentials are not needed for that.
  const unsigned = { credentials: { accessKeyId: 'none', secretAccessKey: 'none' } };
  const sqs = new SQSClient(unsigned);
  const dynamoDb = new DynamoDBClient(unsigned);
  const found = (args: { readonly request: unknown }) => {
    throw new AddressFound(args.request as Address);
  };
  const first = { step: 'build', priority: 'high' } as const;
  sqs.middlewareStack.add(() => async (args) => found(args), first);
  dynamoDb.middlewareStack.add(() => async (args) => found(args), first);
  const names: string[] = [];
  if (queues > 0) {
    names.push(await nameOf(await addressOf(sqs.send(new ListQueuesCommand({}))), sqs.config.region));
  }
  if (tables > 0) {
    names.push(
      await nameOf(await addressOf(dynamoDb.send(new ListTablesCommand({}))), dynamoDb.config.region),
    );
  }
  return [...new Set(names)].join(',');
}

async function addressOf(call: Promise<unknown>): Promise<Address> {
  try {
    await call;
  } catch (error) {
    if (error instanceof AddressFound) return error.address;
    throw error;
  }
  throw new Error('the SDK sent a call that was to be stopped');
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };
/** AWS's own names, those of its endpoints in a VPC included. */
const AWS_HOST = /\.(?:amazonaws\.com(?:\.cn)?|api\.aws)$/;

async function nameOf(address: Address, regionOf: () => Promise<string>): Promise<string> {
  const { hostname, protocol, port = DEFAULT_PORTS[protocol] } = address;
  const region = await regionOf();
  if (!AWS_HOST.test(hostname) || !hostname.split('.').includes(region)) return `${hostname}:${port}`;
  const client = new SQSClient({});
  const { accountId = 'aws' } = await client.config.credentials();
  return `${accountId}/${region}`;
}
