import { findFunction } from './event-source-model.ts';
import type { Properties } from './properties.ts';
import { ResourceType } from './resource-types.ts';
import type { FunctionModel, RouteModel } from './stack-model.ts';
import type { StackReader } from './stack-reader.ts';

const DEFAULT_INTEGRATION_TIMEOUT_MS = 30_000;
/** A function's own timeout ends it before. */
const LONGEST_FUNCTION_MS = 900_000;

/** These routes of the HTTP APIs. Throttling and access logs are not run locally. */
export function apiRoutes(
  stack: StackReader,
  functions: readonly FunctionModel[],
  routes: readonly Properties[],
): RouteModel[] {
  const integrations = new Map(
    stack
      .ofType(ResourceType.INTEGRATION)
      .map((integration) => [stack.identityOf(integration.owner).ref, integration]),
  );
  const stages = stack.ofType(ResourceType.STAGE);
  const permitted = stack
    .ofType(ResourceType.PERMISSION)
    .filter((permission) => permission.text('Principal') === 'apigateway.amazonaws.com')
    .map((permission) => findFunction(permission.text('FunctionName'), functions));

  return routes.map((route) => {
    const { refuse } = route;
    const apiId = route.text('ApiId');
    const routeKey = route.text('RouteKey');
    if (/[{}]/.test(routeKey)) refuse('routes with path variables are not run locally');
    if (!['NONE', undefined].includes(route.optionalText('AuthorizationType')))
      refuse('authorizers are not run locally');
    const integration =
      integrations.get(route.text('Target').replace(/^integrations\//, '')) ??
      refuse('it has no integration');
    if (integration.optionalText('PayloadFormatVersion') !== '2.0')
      refuse('only payload format 2.0 is run locally');
    const called =
      findFunction(functionOf(integration.text('IntegrationUri')), functions) ??
      refuse('its integration calls no function of this stack');
    const stage =
      stages.find((candidate) => candidate.text('ApiId') === apiId) ?? refuse('its API has no stage');
    return {
      logicalId: route.owner,
      routeKey,
      apiId,
      stage: stage.text('StageName'),
      functionId: called.logicalId,
      timeoutMs: integration.number('TimeoutInMillis', DEFAULT_INTEGRATION_TIMEOUT_MS),
      permitted: permitted.includes(called),
    };
  });
}

/** These function URLs: each hands on every request. */
export function urlRoutes(
  stack: StackReader,
  functions: readonly FunctionModel[],
  urls: readonly Properties[],
): RouteModel[] {
  // Lambda asks for both since October 2025.
  const anyoneMay = (action: string, called: FunctionModel) =>
    stack
      .ofType(ResourceType.PERMISSION)
      .some(
        (permission) =>
          permission.text('Principal') === '*' &&
          permission.text('Action') === action &&
          findFunction(permission.text('FunctionName'), functions) === called,
      );
  return urls.map((url) => {
    const called =
      findFunction(url.text('TargetFunctionArn'), functions) ??
      url.refuse('it calls no function of this stack');
    if (url.text('AuthType') !== 'NONE') url.refuse('authorizers are not run locally');
    return {
      logicalId: url.owner,
      routeKey: '$default',
      isUrl: true,
      apiId: url.owner,
      stage: '$default',
      functionId: called.logicalId,
      timeoutMs: LONGEST_FUNCTION_MS,
      permitted: ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'].every((each) =>
        anyoneMay(each, called),
      ),
    };
  });
}

/** An integration names the function's ARN, or `…:apigateway:…/functions/ARN/invocations`. */
function functionOf(uri: string): string {
  return /\/functions\/(.+)\/invocations$/.exec(uri)?.[1] ?? uri;
}
