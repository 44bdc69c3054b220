import { AccessLogField, AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CfnStage,
  HttpApi,
  HttpMethod,
  type HttpRoute,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, LogGroup } from 'aws-cdk-lib/aws-logs';
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { METRICS_NAMESPACE, Metric } from '../lambdas/contract/metrics.ts';
import { pathOf } from '../lambdas/contract/source.ts';
import type { SourceConfig, StackConfig } from './stack-config.ts';

export interface IngestApiProps {
  readonly config: StackConfig;
  readonly apiName: string;
  readonly ingest: LambdaFunction;
  readonly sources: ReadonlyMap<string, SourceConfig>;
}

/**
 * What helps to follow one request, and nothing that it carried: no body, no header, no query. CloudWatch stamps the
 * line with its time; the integration's status is the answer's but for errors, which are told. A byte of each line is
 * $0.0005 a million events.
 */
const ACCESS_LOG = {
  requestId: AccessLogField.contextRequestId(),
  sourceIp: AccessLogField.contextIdentitySourceIp(),
  userAgent: AccessLogField.contextIdentityUserAgent(),
  routeKey: AccessLogField.contextRouteKey(),
  status: AccessLogField.contextStatus(),
  integrationLatencyMs: AccessLogField.contextIntegrationLatency(),
  integrationError: AccessLogField.contextIntegrationErrorMessage(),
  error: AccessLogField.contextErrorMessage(),
};

/** The public end: one HTTP API with one route for each sender. */
export class IngestApi extends Construct {
  readonly api: HttpApi;
  readonly stage: HttpStage;
  readonly route: HttpRoute;
  /** Of the senders besides Supaglue. */
  readonly sourceRoutes: ReadonlyMap<string, HttpRoute>;
  /** Requests refused with 429, which never reach the function. */
  readonly throttledRequests: IMetric;
  /** What the user gives to Supaglue. */
  readonly webhookUrl: string;

  constructor(scope: Construct, id: string, { config, apiName, ingest, sources }: IngestApiProps) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', {
      apiName,
      description: 'Receives Supaglue webhooks',
      createDefaultStage: false,
    });
    const integration = new HttpLambdaIntegration('Ingest', ingest);
    const routeOf = (source?: string): HttpRoute => {
      const methods = [HttpMethod.POST];
      const [route] = this.api.addRoutes({ path: pathOf(source), methods, integration });
      if (route === undefined) throw new TypeError('CDK made no route for a path with a method');
      Validations.of(route).acknowledge({
        id: 'AwsSolutions::AwsSolutions-APIG4',
        reason:
          'The caller is Svix, which signs each request and can use no AWS authorizer. The function verifies the signature over the exact bytes before anything else is done.',
      });
      return route;
    };
    this.route = routeOf();
    this.sourceRoutes = new Map([...sources.keys()].map((name) => [name, routeOf(name)]));
    const accessLogs = new LogGroup(this, 'AccessLogs', {
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.throttledRequests = accessLogs
      .addMetricFilter('Throttled', {
        // The gateway's own metrics count them among all that are answered with 4xx.
        filterPattern: FilterPattern.stringValue('$.status', '=', '429'),
        metricNamespace: METRICS_NAMESPACE,
        metricName: `${Metric.REQUESTS_THROTTLED}-${config.stage}`,
        metricValue: '1',
      })
      .metric({ statistic: 'Sum', period: Duration.minutes(5), label: '429' });
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      autoDeploy: true,
      throttle: { rateLimit: config.throttleRate, burstLimit: config.throttleBurst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLogs),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });
    this.#throttle(sources);
    this.webhookUrl = `${this.api.apiEndpoint}${pathOf(undefined)}`;
  }

  /** The L2 knows the limits of a stage alone. */
  #throttle(sources: IngestApiProps['sources']): void {
    const limits = [...sources].flatMap(([name, { throttleRate, throttleBurst }]) => {
      if (throttleRate === undefined) return [];
      const burst = throttleBurst ?? 2 * throttleRate;
      const limit = { ThrottlingRateLimit: throttleRate, ThrottlingBurstLimit: burst };
      return [[`${HttpMethod.POST} ${pathOf(name)}`, limit] as const];
    });
    const { defaultChild } = this.stage.node;
    if (limits.length === 0 || !(defaultChild instanceof CfnStage)) return;
    defaultChild.routeSettings = Object.fromEntries(limits);
    // A setting of a route that is not there yet fails.
    for (const route of this.sourceRoutes.values()) defaultChild.node.addDependency(route);
  }
}
