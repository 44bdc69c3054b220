import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';

/**
 * In the place of the AWS SDK's clients, to leave their cost out: the same requests, unsigned and not tried again, as
 * the far end takes them. What the functions never call here is refused there.
 */
const agent = new Agent({ keepAlive: true });

interface Options {
  readonly endpoint?: string;
}

class Client {
  /** The functions take the SDK's logger out. */
  readonly middlewareStack = { remove: () => false };
  readonly endpoint: string;

  constructor({ endpoint }: Options = {}, service = '') {
    const { env } = process;
    this.endpoint = endpoint ?? env[`AWS_ENDPOINT_URL_${service}`] ?? env['AWS_ENDPOINT_URL'] ?? '';
  }

  send({ target, input }: Command): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target };
      const call = request(this.endpoint, { method: 'POST', agent, headers }, (response) => {
        text(response).then((body) => resolve(JSON.parse(body)), reject);
      });
      call.once('error', reject).end(JSON.stringify(input));
    });
  }
}

interface Command {
  readonly target: string;
  readonly input: object;
}

const command = (target: string) =>
  class implements Command {
    readonly target = target;
    readonly input: object;
    constructor(input: object) {
      this.input = input;
    }
  };

export class SQSClient extends Client {}
export class SecretsManagerClient extends Client {}
export class SNSClient extends Client {}
export class DynamoDBClient extends Client {
  constructor(options?: Options) {
    super(options, 'DYNAMODB');
  }
}

export const SendMessageCommand = command('AmazonSQS.SendMessage');
export const ChangeMessageVisibilityCommand = command('AmazonSQS.ChangeMessageVisibility');
export const GetSecretValueCommand = command('secretsmanager.GetSecretValue');
export const GetItemCommand = command('DynamoDB_20120810.GetItem');
export const PutItemCommand = command('DynamoDB_20120810.PutItem');
export const UpdateItemCommand = command('DynamoDB_20120810.UpdateItem');
export const DeleteItemCommand = command('DynamoDB_20120810.DeleteItem');
export const PublishCommand = command('AmazonSNS.Publish');
/** Never thrown here. */
export class InvalidRequestException extends Error {}
export class ResourceNotFoundException extends Error {}
