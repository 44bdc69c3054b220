import { isRecord } from '../json.ts';
import { LocalError } from '../local-error.ts';
import type { Properties } from './properties.ts';
import type { Assembly } from './read-assembly.ts';
import type { FunctionModel } from './stack-model.ts';
import type { StackReader } from './stack-reader.ts';

const LAMBDA_DEFAULT_TIMEOUT_SECONDS = 3;
const LAMBDA_DEFAULT_MEMORY_MB = 128;

export function functionModel(
  stack: StackReader,
  properties: Properties,
  assembly: Pick<Assembly, 'assetDirectory'>,
): FunctionModel {
  const { owner, refuse } = properties;
  const runtime = properties.text('Runtime');
  if (!runtime.startsWith('nodejs')) refuse(`runtime ${runtime} is not run locally`);
  if (properties.list('Layers').length > 0) refuse('layers are not run locally');
  const { S3Key: key } = properties.record('Code');
  const name = stack.nameOf(owner);
  const logging = properties.record('LoggingConfig');
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  return {
    logicalId: owner,
    name,
    arn: stack.identityOf(owner).attributes['Arn'] ?? '',
    codeDirectory: assembly.assetDirectory(
      typeof key === 'string' ? key : refuse('the code is not an asset of the assembly'),
    ),
    handler: properties.text('Handler'),
    runtime,
    timeoutSeconds: properties.number('Timeout', LAMBDA_DEFAULT_TIMEOUT_SECONDS),
    memoryMb: properties.number('MemorySize', LAMBDA_DEFAULT_MEMORY_MB),
    logGroupName: text(logging['LogGroup']) ?? `/aws/lambda/${name}`,
    ...variablesOf(properties, stack),
    logEnvironment: logEnvironment(text(logging['LogFormat']), text(logging['ApplicationLogLevel'])),
  };
}

function variablesOf(
  properties: Properties,
  { resolve }: StackReader,
): Pick<FunctionModel, 'environment' | 'unresolved'> {
  const given = properties.raw('Environment');
  const variables = isRecord(given) && isRecord(given['Variables']) ? given['Variables'] : {};
  const environment: Record<string, string> = {};
  const unresolved: Record<string, string> = {};
  for (const [name, value] of Object.entries(variables)) {
    try {
      environment[name] = String(resolve(value, properties.owner));
    } catch (error) {
      if (!(error instanceof LocalError)) throw error;
      unresolved[name] = error.message;
    }
  }
  return { environment, unresolved };
}

/** Lambda tells the function its log settings; Powertools takes its level from them. */
function logEnvironment(format: string | undefined, level: string | undefined): Record<string, string> {
  return {
    ...(format === undefined ? {} : { AWS_LAMBDA_LOG_FORMAT: format }),
    ...(level === undefined ? {} : { AWS_LAMBDA_LOG_LEVEL: level }),
  };
}
