import type { IMetric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { FunctionUrl, FunctionUrlAuthType, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { WEBHOOK_PATH } from '../lambdas/contract/http.ts';

/** What the alarms and the dashboard ask of whatever receives requests; an `HttpStage` has the same. */
export interface EndpointMetrics {
  metricCount(props?: MetricOptions): IMetric;
  metricClientError(props?: MetricOptions): IMetric;
  metricServerError(props?: MetricOptions): IMetric;
  metricLatency(props?: MetricOptions): IMetric;
}

/**
 * The public end without a gateway: a function URL. Anyone may call it, as an HTTP API: the function verifies the
 * signature, and looks at method and path, which no route does here.
 */
export class IngestUrl extends Construct implements EndpointMetrics {
  readonly url: FunctionUrl;
  /** What the user gives to Supaglue. */
  readonly webhookUrl: string;
  readonly #ingest: LambdaFunction;

  constructor(scope: Construct, id: string, ingest: LambdaFunction) {
    super(scope, id);
    this.#ingest = ingest;
    this.url = new FunctionUrl(this, 'Url', { function: ingest, authType: FunctionUrlAuthType.NONE });
    // It ends with a slash.
    this.webhookUrl = `${this.url.url}${WEBHOOK_PATH.slice(1)}`;
  }

  metricCount = (props?: MetricOptions) => this.#metric('UrlRequestCount', props);
  metricClientError = (props?: MetricOptions) => this.#metric('Url4xxCount', props);
  metricServerError = (props?: MetricOptions) => this.#metric('Url5xxCount', props);
  metricLatency = (props?: MetricOptions) => this.#metric('UrlRequestLatency', props);

  #metric(name: string, { label, ...props }: MetricOptions = {}): IMetric {
    const labelled = label === undefined ? {} : { label: `${label} (function URL)` };
    return this.#ingest.metric(name, { statistic: 'Sum', ...props, ...labelled });
  }
}
