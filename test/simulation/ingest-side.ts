import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { pathOf } from '../../lambdas/contract/source.ts';
import { INGEST_TIMEOUT_SECONDS } from '../../lambdas/contract/timing.ts';
import { createHttpHandler, type HttpHandler } from '../../lambdas/ingest/http-handler.ts';
import { createIngest, type Outcome } from '../../lambdas/ingest/ingest.ts';
import { createEnqueue } from '../../lambdas/ingest/queue.ts';
import type { RoutedSource } from '../../lambdas/ingest/routing.ts';
import { createSecretSource } from '../../lambdas/ingest/secret-source.ts';
import { SECRETS_MANAGER_BOUNDS } from '../../lambdas/ingest/secrets-manager.ts';
import type { Network } from './aws-call.ts';
import { OTHER_SOURCE } from './events.ts';
import type { Faults } from './faults.ts';
import { FunctionInstance, type Invocation, type InvocationEnd } from './instance.ts';
import type { Journal } from './journal.ts';
import type { Random } from './random.ts';
import type { Settings } from './settings.ts';
import { OTHER } from './simulated-handlers.ts';
import { createSqsClient, type SqsPort } from './sqs-port.ts';
import type { VirtualTime } from './virtual-time.ts';

export const MAIN_QUEUE_URL = 'https://sqs.simulation/main';
export const ALLOWED_ADDRESS = '192.0.2.10';

export interface IngestOptions {
  readonly time: VirtualTime;
  readonly network: Network;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly settings: Settings;
  readonly random: Random;
  readonly sqs: SqsPort;
  /** The stored value as it is at this moment. */
  readonly storedSecret: () => string | undefined;
}

export interface SimulatedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly sourceAddress?: string;
  /** @default Supaglue */
  readonly source?: string;
}

export type IngestEnd = InvocationEnd<APIGatewayProxyStructuredResultV2>;

/** The HTTP API and the ingest function's instances. */
export class IngestSide {
  readonly #options: IngestOptions;
  readonly #instances = new Map<FunctionInstance, HttpHandler>();
  readonly #outcomes = new Map<Invocation, Outcome>();
  #count = 0;

  constructor(options: IngestOptions) {
    this.#options = options;
  }

  request(
    { headers, body, sourceAddress = ALLOWED_ADDRESS, source }: SimulatedRequest,
    onEnd: (end: IngestEnd, outcome: Outcome | undefined, invocation: Invocation) => void,
  ): void {
    const { faults, journal } = this.#options;
    const [instance, handle] = this.#idleInstance();
    const id = ++this.#count;
    const event = {
      routeKey: `POST ${pathOf(source)}`,
      headers,
      body: body.toString('base64'),
      isBase64Encoded: true,
    } as const;
    const invocation = instance.invoke(
      id,
      INGEST_TIMEOUT_SECONDS * 1_000,
      (current) => {
        const context = {
          awsRequestId: `ingest-${id}`,
          getRemainingTimeInMillis: () => current.deadlineMs - this.#options.time.nowMs,
        };
        const requestContext = { requestId: `request-${id}`, http: { sourceIp: sourceAddress } };
        // The handler reads no other field of payload format 2.0.
        return handle({ ...event, requestContext } as unknown as APIGatewayProxyEventV2, context);
      },
      (end) => {
        if (end.end === 'crashed' || end.end === 'timed-out' || faults.strikes('instance-recycled')) {
          instance.state = 'dead';
          this.#instances.delete(instance);
        }
        if (end.end === 'crashed') journal.crashedDuring(instance.waitsFor);
        const outcome = this.#outcomes.get(invocation);
        this.#outcomes.delete(invocation);
        onEnd(end, outcome, invocation);
      },
    );
    if (faults.strikes('crash')) instance.wakesUntilCrash = faults.random('crash').integer(0, 4);
  }

  #idleInstance(): readonly [FunctionInstance, HttpHandler] {
    const { time, settings, random } = this.#options;
    for (const [instance, handle] of this.#instances) if (instance.isIdle) return [instance, handle];
    const skewMs = random.between(-settings.skewMs, settings.skewMs);
    const instance = new FunctionInstance(time, `ingest-${this.#count + 1}`, skewMs);
    const handle = this.#createHandler(instance);
    this.#instances.set(instance, handle);
    return [instance, handle];
  }

  #createHandler(instance: FunctionInstance): HttpHandler {
    const { network, sqs, storedSecret } = this.#options;
    const nowMs = () => instance.nowMs();
    const core = (source?: RoutedSource) =>
      createIngest({
        ...(source && { source }),
        nowMs,
        isAllowedSource: (address) => address === ALLOWED_ADDRESS,
        secrets: createSecretSource({
          nowMs,
          fetchSecret: () =>
            network.call(
              instance,
              { service: 'secrets', purpose: 'secret' },
              SECRETS_MANAGER_BOUNDS,
              storedSecret,
            ),
        }),
        enqueue: createEnqueue(createSqsClient(sqs, instance), MAIN_QUEUE_URL),
      });
    const cores = [core(), core({ ...OTHER, name: OTHER_SOURCE })] as const;
    const routes = new Map([
      [`POST ${pathOf(undefined)}`, cores[0]],
      [`POST ${pathOf(OTHER_SOURCE)}`, cores[1]],
    ]);
    return createHttpHandler(routes, (outcome) => {
      if (instance.invocation !== undefined) this.#outcomes.set(instance.invocation, outcome);
    });
  }
}
