import { createHash, randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { type LoopbackServer, listenOnLoopback, readBody } from '../../local/loopback-server.ts';
import { BENCH_SECRET } from './bench-secret.ts';

/**
 * SQS, Secrets Manager and DynamoDB as far as the answer to an accepted call goes. It keeps nothing, so that it
 * takes as little as it can of the two cores that the subject is measured on.
 */
export function startAcceptingService(): Promise<LoopbackServer> {
  return listenOnLoopback(async (request, response) => {
    const body = await readBody(request);
    const target = String(request.headers['x-amz-target'] ?? '');
    if (!Buffer.isBuffer(body)) response.destroy();
    else if (target === 'AmazonSQS.SendMessage') {
      const { MessageBody } = JSON.parse(body.toString());
      const MD5OfMessageBody = createHash('md5').update(String(MessageBody)).digest('hex');
      answer(response, { MessageId: randomUUID(), MD5OfMessageBody });
    } else if (target === 'secretsmanager.GetSecretValue') {
      answer(response, { Name: 'secret', SecretString: BENCH_SECRET, VersionStages: ['AWSCURRENT'] });
    } else if (/^DynamoDB_20120810\.(Get|Put|Update)Item$/.test(target)) answer(response, {});
    else {
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify({ __type: 'UnknownOperationException', message: target }));
    }
  });
}

function answer(response: ServerResponse, body: object): void {
  response.writeHead(200, {
    'content-type': 'application/x-amz-json-1.0',
    'x-amzn-requestid': randomUUID(),
  });
  response.end(JSON.stringify(body));
}
