import { beforeAll, describe, expect, test } from '@jest/globals';
import { deploymentsOf } from '../../lambdas/contract/outputs.ts';
import {
  type Json,
  resourceOf,
  resourcesOf,
  synthesiseTemplate,
  type Template,
} from './synthesised-stack.ts';

const templates = new Map<string, Template>();
beforeAll(async () => {
  const all = [{}, { endpoint: 'http-api' }, { endpoint: 'function-url' }, { endpoint: 'both' }];
  const made = await Promise.all(all.map((context) => synthesiseTemplate(context)));
  made.forEach((template, index) => {
    templates.set(all[index]?.endpoint ?? 'default', template);
  });
});
const templateOf = (endpoint: string): Template => {
  const template = templates.get(endpoint);
  if (template === undefined) throw new Error(`no template of ${endpoint}`);
  return template;
};
const partsOf = (template: Template) => deploymentsOf(template)['Default']?.parts;
const gatewayTypes = (template: Template) =>
  Object.values(template.Resources).filter(({ Type }) => Type.startsWith('AWS::ApiGatewayV2::'));

describe('what receives requests', () => {
  test('is an HTTP API, if nothing else is asked for', () => {
    expect(templateOf('http-api')).toEqual(templateOf('default'));
    expect(resourcesOf(templateOf('default'), 'AWS::Lambda::Url')).toEqual([]);
    expect(templateOf('default').Outputs).not.toHaveProperty('FunctionWebhookUrl');
    expect(partsOf(templateOf('default'))).not.toHaveProperty('url');
  });

  test.each(['function-url', 'both'])('%s: a URL that anyone may call, and that calls ingest', (endpoint) => {
    const template = templateOf(endpoint);
    const [, url] = resourceOf(template, 'AWS::Lambda::Url');
    const ingest = { 'Fn::GetAtt': [partsOf(template)?.ingest, 'Arn'] };
    expect(url.Properties).toEqual({ AuthType: 'NONE', TargetFunctionArn: ingest });
    const open = resourcesOf(template, 'AWS::Lambda::Permission')
      .map(([, { Properties }]) => Properties)
      .filter(({ Principal }) => Principal === '*');
    expect(open.map(({ Action }) => Action).sort()).toEqual([
      'lambda:InvokeFunction',
      'lambda:InvokeFunctionUrl',
    ]);
    for (const properties of open) {
      // Neither lets anyone invoke the function but through its URL.
      const { FunctionUrlAuthType, InvokedViaFunctionUrl } = properties;
      expect([FunctionUrlAuthType === 'NONE', InvokedViaFunctionUrl === true]).toContain(true);
      expect(properties['FunctionName']).toEqual(ingest);
    }
  });

  test('a function URL alone leaves nothing of a gateway, and is what WebhookUrl names', () => {
    const template = templateOf('function-url');
    const [id] = resourceOf(template, 'AWS::Lambda::Url');
    expect(gatewayTypes(template)).toEqual([]);
    expect(JSON.stringify(template.Resources)).not.toMatch(/ApiGateway|AccessLogs/);
    expect(template.Outputs['WebhookUrl']?.Value).toEqual({
      'Fn::Join': ['', [{ 'Fn::GetAtt': [id, 'FunctionUrl'] }, 'webhooks']],
    });
    expect(template.Outputs).not.toHaveProperty('FunctionWebhookUrl');
    expect(partsOf(template)).toMatchObject({ route: id });
  });

  test('both: all of the gateway as it was, and the URL in an output of its own', () => {
    const [before, template] = [templateOf('default'), templateOf('both')];
    const [id] = resourceOf(template, 'AWS::Lambda::Url');
    const changed = Object.keys(before.Resources).filter(
      (each) => JSON.stringify(before.Resources[each]) !== JSON.stringify(template.Resources[each]),
    );
    // Both ends count in one alarm and stand on one page.
    expect(changed.map((each) => before.Resources[each]?.Type).sort()).toEqual([
      'AWS::CloudWatch::Alarm',
      'AWS::CloudWatch::Dashboard',
    ]);
    expect(template.Outputs['WebhookUrl']).toEqual(before.Outputs['WebhookUrl']);
    expect(JSON.stringify(template.Outputs['FunctionWebhookUrl']?.Value)).toContain(id);
    expect(partsOf(template)).toMatchObject({ route: partsOf(before)?.route, url: id });
  });
});

describe('alarms and dashboard', () => {
  const alarmsOf = (endpoint: string) =>
    new Map(
      resourcesOf(templateOf(endpoint), 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => [
        String(Properties['AlarmName']).replace(/^.*-/, ''),
        Properties,
      ]),
    );
  const dashboardOf = (endpoint: string) =>
    JSON.stringify(resourceOf(templateOf(endpoint), 'AWS::CloudWatch::Dashboard')[1].Properties);

  test('of a function URL: its 5xx in place of the gateway’s, and Lambda’s throttles in place of its 429', () => {
    const alarms = alarmsOf('function-url');
    expect(alarms.get('IngestErrors')).toMatchObject({ MetricName: 'Url5xxCount', Namespace: 'AWS/Lambda' });
    expect([...alarmsOf('http-api').keys()].filter((name) => !alarms.has(name))).toEqual([
      'ThrottledRequests',
    ]);
    for (const metric of ['UrlRequestCount', 'Url4xxCount', 'Url5xxCount', 'UrlRequestLatency']) {
      expect(dashboardOf('function-url')).toContain(metric);
    }
    expect(dashboardOf('function-url')).not.toContain('AWS/ApiGateway');
  });

  test('of both: the sum', () => {
    const metrics = alarmsOf('both').get('IngestErrors')?.['Metrics'] as readonly Json[];
    expect(metrics.map(({ Expression }) => Expression)).toContain('FILL(m0, 0) + FILL(m1, 0)');
    expect(JSON.stringify(metrics)).toMatch(/5xx.*Url5xxCount|Url5xxCount.*5xx/);
    expect(alarmsOf('both').has('ThrottledRequests')).toBe(true);
    expect(dashboardOf('both')).toContain('requests (function URL)');
  });
});
