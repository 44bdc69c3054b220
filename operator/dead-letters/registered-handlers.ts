import { type CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { PING_EVENT_TYPE } from '../../lambdas/contract/message.ts';
import { deploymentsOf, type HandlerRegistrations } from '../../lambdas/contract/outputs.ts';
import { sourceOf } from '../../lambdas/contract/source.ts';
import { PING_HANDLER_NAME } from '../../lambdas/router/registration.ts';
import { cloudFormationClient } from '../core/stack-target.ts';
import type { Target } from '../core/target.ts';

/** The handlers of a deployment, by event type, in the order of registration. */
export interface HandlersOf {
  /** @param source - whose event it is @default Supaglue */
  (eventType: string, source?: string): readonly string[];
  /** Every registered name: what `--rerun` may name. Absent: names are not checked. */
  readonly names?: readonly string[];
  /** Supaglue's event types that have handlers of their own, the user's types among them. */
  readonly types?: readonly string[];
  /** The deployment does not tell them: who asks goes by the names in letters and records. */
  readonly areUnknown?: true;
}

/** What the target's template says of its consumer. No code of the user's is run. */
export async function registeredHandlers(target: Target, signal: AbortSignal): Promise<HandlersOf> {
  return handlersOf(target.handlers ?? (await askStack(target, signal)));
}

export function handlersOf(registrations: HandlerRegistrations | 'unknown'): HandlersOf {
  if (registrations === 'unknown') return Object.assign(() => [], { areUnknown: true as const });
  const { byType, any, sources = {} } = registrations;
  const ownerOf = (eventType: string) => {
    const source = sourceOf(eventType);
    return source !== undefined && Object.hasOwn(sources, source) ? source : undefined;
  };
  const of = (eventType: string, source?: string): readonly string[] => {
    if (eventType === PING_EVENT_TYPE) return [PING_HANDLER_NAME];
    // As the consumer does: a type of somebody else's is of none that is known.
    const isOwn = ownerOf(eventType) === source && Object.hasOwn(byType, eventType);
    const ofAll = source === undefined ? any : sources[source]?.any;
    return [...(isOwn ? (byType[eventType] ?? []) : []), ...(ofAll ?? [])];
  };
  const ofSources = Object.values(sources).flatMap((source) => source.any);
  const names = [...new Set([...Object.values(byType).flat(), ...any, ...ofSources, PING_HANDLER_NAME])];
  return Object.assign(of, {
    names,
    types: Object.keys(byType).filter((type) => ownerOf(type) === undefined),
  });
}

async function askStack(target: Target, signal: AbortSignal) {
  const client = cloudFormationClient();
  try {
    return await handlersOfStack(target, client, signal);
  } finally {
    client.destroy();
  }
}

/** From the deployed template. It tells nothing when it is of version 0.1, or its maker could not tell. */
export async function handlersOfStack(
  { name, deploymentPath = 'Default' }: Pick<Target, 'name' | 'deploymentPath'>,
  client: CloudFormationClient,
  abortSignal: AbortSignal,
): Promise<HandlerRegistrations | 'unknown'> {
  const { TemplateBody = '{}' } = await client.send(
    new GetTemplateCommand({ StackName: name, TemplateStage: 'Original' }),
    { abortSignal },
  );
  return deploymentsOf(parsed(TemplateBody))[deploymentPath]?.handlers ?? 'unknown';
}

/** A template that somebody wrote as YAML is not one of ours. */
function parsed(template: string): unknown {
  try {
    return JSON.parse(template);
  } catch {
    return undefined;
  }
}
