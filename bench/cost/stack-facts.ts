import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { readAssembly } from '../../local/assembly/read-assembly.ts';
import { isRecord } from '../../local/json.ts';

export type StackFacts = Awaited<ReturnType<typeof readStackFacts>>;

/** What the stack that `cdk deploy` ships is billed for whether anything comes or not, and what its lines look like. */
export async function readStackFacts(assemblyDirectory: string) {
  const { template } = await readAssembly(assemblyDirectory);
  const resources = [...template.resources.values()];
  const ofType = (type: string) => resources.filter((resource) => resource.type === type);
  const numbers = (type: string, property: string) =>
    ofType(type).flatMap(({ properties }) =>
      properties[property] === undefined ? [] : Number(properties[property]),
    );
  const [stage] = ofType('AWS::ApiGatewayV2::Stage');
  const settings = stage?.properties['AccessLogSettings'];
  return {
    /** Empty: the stage writes no access log. */
    accessLogFormat: isRecord(settings) ? String(settings['Format']) : '',
    alarms: ofType('AWS::CloudWatch::Alarm').length,
    dashboards: ofType('AWS::CloudWatch::Dashboard').length,
    secrets: ofType('AWS::SecretsManager::Secret').length,
    memoryMb: Math.max(...numbers('AWS::Lambda::Function', 'MemorySize')),
    logRetentionDays: Math.max(...numbers('AWS::Logs::LogGroup', 'RetentionInDays')),
  };
}

/** What stands in an accepted request's line, as long as the real values are. */
const TYPICAL: Readonly<Record<string, string>> = {
  '$context.requestId': 'JKJaXmPLvHcESHA=',
  '$context.identity.sourceIp': '203.0.113.222',
  '$context.identity.userAgent': 'Svix-Webhooks/1.62.0 (sender-9YMgn; +https://www.svix.com/http-sender/)',
  '$context.routeKey': 'POST /webhooks',
  '$context.status': '200',
  '$context.integrationLatency': '19',
  '$context.integrationErrorMessage': '-',
  '$context.error.message': '-',
};

/**
 * The line that API Gateway writes for an accepted request: the template's own format, filled in.
 *
 * @throws {Error} when the format names a variable whose length is not known here
 */
export function accessLogLine(format: string): string {
  return format.replace(/\$context(?:\.\w+)+/g, (name) => {
    const value = TYPICAL[name];
    if (value === undefined) throw new Error(`the access log has a new variable, ${name}`);
    return value;
  });
}

/**
 * Size of an item as DynamoDB counts it:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(item: Readonly<Record<string, AttributeValue>>): number {
  return Object.entries(item).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value),
    0,
  );
}

/** A map or a list costs three bytes, and one more for each element. */
const CONTAINER_BYTES = 3;

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return numberBytes(value.N);
  if (value.BOOL !== undefined || value.NULL !== undefined) return 1;
  if (value.M !== undefined) return CONTAINER_BYTES + Object.keys(value.M).length + itemBytes(value.M);
  if (value.L !== undefined) {
    return CONTAINER_BYTES + value.L.reduce((sum, each) => sum + 1 + valueBytes(each), 0);
  }
  throw new Error(`the ledger writes no ${Object.keys(value).join()}`);
}

/** About one byte for two significant digits, and one more. */
function numberBytes(text: string): number {
  const digits = text.replace(/^-|\./g, '').replace(/^0+|0+$/g, '');
  return Math.ceil(digits.length / 2) + 1;
}
