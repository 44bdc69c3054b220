import { readAssembly } from '../../local/assembly/read-assembly.ts';
import { isRecord } from '../../local/json.ts';

/** What the deployed stack is billed for whether anything comes or not, and what its lines look like. */
export interface StackFacts {
  /** Empty: the stage writes no access log. */
  readonly accessLogFormat: string;
  readonly alarms: number;
  readonly dashboards: number;
  readonly secrets: number;
  readonly memoryMb: number;
  readonly logRetentionDays: number;
}

/** Read from the template that `cdk deploy` ships. */
export async function readStackFacts(assemblyDirectory: string): Promise<StackFacts> {
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
    accessLogFormat: isRecord(settings) ? String(settings['Format']) : '',
    alarms: ofType('AWS::CloudWatch::Alarm').length,
    dashboards: ofType('AWS::CloudWatch::Dashboard').length,
    secrets: ofType('AWS::SecretsManager::Secret').length,
    memoryMb: Math.max(...numbers('AWS::Lambda::Function', 'MemorySize')),
    logRetentionDays: Math.max(...numbers('AWS::Logs::LogGroup', 'RetentionInDays')),
  };
}
