import type { NotRun } from '../assembly/stack-model.ts';
import type { LocalCloud } from '../cloud.ts';
import { USER_VARIABLES_FILE, type UserVariables } from '../user-variables.ts';

/** What a handler will meet that is not as on AWS: said once, when the run starts. */
export function noticesOf(
  cloud: Pick<LocalCloud, 'notRun' | 'missing' | 'warnings'>,
  variables: UserVariables,
): readonly string[] {
  const lines = [...cloud.notRun.map((each) => notRunLine(each, variables)), ...codeLines(cloud)];
  return lines.length === 0 ? [] : [...lines, ''];
}

/** What changes with the code: said again whenever it is taken over. */
export function codeLines(cloud: Pick<LocalCloud, 'missing' | 'warnings'>): readonly string[] {
  return [
    ...cloud.warnings().map((text) => `  Warning         ${text}`),
    ...cloud
      .missing()
      .map(({ name, why }) => `  Missing         ${name}: ${why}; add to ${USER_VARIABLES_FILE}:  ${name}=…`),
  ];
}

function notRunLine({ logicalId, type, why }: NotRun, variables: UserVariables): string {
  const reason = why?.replace(/^resource \S+?: /, '') ?? endpointText(type, variables);
  return `  Not run here    ${logicalId} (${type}): ${reason}`;
}

function endpointText(type: string, variables: UserVariables): string {
  const service = type.split('::')[1] ?? type;
  const variable = `AWS_ENDPOINT_URL_${service.toUpperCase()}`;
  const given = variables[variable];
  return given === undefined
    ? `calls to ${service} are refused; an emulator’s address is ${variable}=… in ${USER_VARIABLES_FILE}`
    : `calls to ${service} go to ${given}`;
}
