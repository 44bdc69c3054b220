import type { Json, Resource, Statement, Template } from './synthesised-stack.ts';

/** One thing that somebody may do, or is kept from doing. */
export interface Permission {
  /** A role of the stack, `service X`, `this account` or `anyone`. */
  readonly principal: string;
  readonly effect: 'may' | 'must not';
  readonly action: string;
  readonly resource: string;
  /** Empty when it always holds. */
  readonly condition: string;
}

/** Grant nothing by themselves, as far as their properties hold no policy (which is looked for). */
const SILENT_TYPES: ReadonlySet<string> = new Set([
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Stage',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::DynamoDB::GlobalTable',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Logs::LogGroup',
  'AWS::Logs::MetricFilter',
  'AWS::Scheduler::Schedule',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
  'AWS::SecretsManager::Secret',
]);

type Read = (properties: Json, id: string, template: Template) => readonly Permission[];

const READERS: Readonly<Record<string, Read>> = {
  'AWS::IAM::Role': (properties, id) => [
    ...statements(properties['AssumeRolePolicyDocument']).flatMap((each) => ofStatement(each, id)),
    ...list(properties['Policies']).flatMap((policy) =>
      statements((policy as Json)['PolicyDocument']).flatMap((each) => ofIdentity(each, readable(id))),
    ),
    ...list(properties['ManagedPolicyArns']).map((arn) => managed(readable(id), text(arn))),
  ],
  'AWS::IAM::Policy': (properties) =>
    [properties['Roles'], properties['Users'], properties['Groups']]
      .flatMap(list)
      .flatMap((holder) =>
        statements(properties['PolicyDocument']).flatMap((each) => ofIdentity(each, text(holder))),
      ),
  'AWS::SQS::QueuePolicy': ({ PolicyDocument }) =>
    statements(PolicyDocument).flatMap((each) => ofStatement(each)),
  'AWS::SNS::TopicPolicy': ({ PolicyDocument }) =>
    statements(PolicyDocument).flatMap((each) => ofStatement(each)),
  'AWS::Lambda::Permission': ({ Principal, Action, FunctionName, ...conditions }) => [
    {
      principal: Principal === '*' ? 'anyone' : `service ${text(Principal)}`,
      effect: 'may',
      action: text(Action),
      resource: text(FunctionName),
      condition: pairs(conditions),
    },
  ],
  'AWS::Lambda::Function': ({ Role: role }, id, { Resources }) => {
    const [roleId] = list((role as Json)['Fn::GetAtt']);
    if (Resources[String(roleId)]?.Type === 'AWS::IAM::Role') return [];
    throw new Error(`${readable(id)} works with a role that is not of this stack: nothing tells what it may`);
  },
  'AWS::ApiGatewayV2::Route': ({ AuthorizationType, RouteKey, ApiId }) => [
    {
      principal: AuthorizationType === 'NONE' ? 'anyone' : `who passes ${text(AuthorizationType)}`,
      effect: 'may',
      action: text(RouteKey),
      resource: text(ApiId),
      condition: '',
    },
  ],
  'AWS::Lambda::Url': ({ AuthType, TargetFunctionArn }) => [
    {
      principal: AuthType === 'NONE' ? 'anyone' : `who passes ${text(AuthType)}`,
      effect: 'may',
      action: 'call the URL',
      resource: text(TargetFunctionArn),
      condition: '',
    },
  ],
  'AWS::SNS::Subscription': ({ Protocol, Endpoint, TopicArn }) => [
    {
      principal: `${text(Protocol)} ${text(Endpoint)}`,
      effect: 'may',
      action: 'receive',
      resource: text(TopicArn),
      condition: '',
    },
  ],
};

/**
 * Everything that a template allows and denies: policies of roles and resources, who may call and who is told.
 *
 * @throws {Error} for whatever it does not understand: a permission that is not read would be one that nobody checks
 */
export function readPermissions(template: Template): readonly Permission[] {
  return Object.entries(template.Resources).flatMap(([id, { Type, Properties = {} }]: [string, Resource]) => {
    const read = READERS[Type];
    if (read !== undefined) return read(Properties, id, template);
    if (!SILENT_TYPES.has(Type) || JSON.stringify(Properties).includes('"Statement"')) {
      throw new Error(`${readable(id)} (${Type}): teach permissions-reader.ts what it allows`);
    }
    return [];
  });
}

/** As it stands in the table. */
export function sentence({ principal, effect, action, resource, condition }: Permission): string {
  return `${principal} ${effect} ${action} on ${resource}${condition === '' ? '' : ` if ${condition}`}`;
}

function ofStatement(statement: Statement, roleId?: string): readonly Permission[] {
  return principals(statement.Principal).flatMap((principal) =>
    ofIdentity(roleId === undefined ? statement : { ...statement, Resource: readable(roleId) }, principal),
  );
}

function ofIdentity(statement: Statement, principal: string): readonly Permission[] {
  const { Effect, Action, Resource: resource, Condition = {}, ...rest } = statement;
  const unknown = Object.keys(rest).filter((key) => key !== 'Sid' && key !== 'Principal');
  if (unknown.length > 0) throw new Error(`${principal}: a statement with ${unknown.join(', ')}`);
  const condition = Object.entries(Condition as Json)
    .map(([operator, values]) => `${operator} ${pairs(values as Json)}`)
    .join(' and ');
  const effect = Effect === 'Allow' ? 'may' : 'must not';
  return list(Action).flatMap((action) =>
    list(resource).map((each) => ({
      principal,
      effect,
      action: text(action),
      resource: text(each),
      condition,
    })),
  );
}

const managed = (principal: string, arn: string): Permission => ({
  principal,
  effect: 'may',
  action: 'all of a managed policy',
  resource: arn,
  condition: '',
});

function statements(document: unknown): readonly Statement[] {
  return list((document as Json | undefined)?.['Statement']) as readonly Statement[];
}

function principals(principal: unknown): readonly string[] {
  if (typeof principal !== 'object' || principal === null) return [principal === '*' ? 'anyone' : 'nobody'];
  return Object.entries(principal).flatMap(([kind, values]) =>
    list(values).map((value) => {
      const name = text(value);
      if (kind === 'Service') return `service ${name}`;
      if (name === '*') return 'anyone';
      return name === 'arn:<partition>:iam::<account>:root' ? 'this account' : name;
    }),
  );
}

const list = (value: unknown): readonly unknown[] => (value === undefined ? [] : [value].flat());
const pairs = (values: Json): string =>
  Object.entries(values)
    .map(([key, value]) => `${key} = ${list(value).map(text).join(' or ')}`)
    .join(' and ');

/** A logical ID without the hash that CDK puts at its end. */
const readable = (id: string): string => id.replace(/[0-9A-F]{8}$/, '');

const PSEUDO_PARAMETERS: Readonly<Record<string, string>> = {
  'AWS::AccountId': '<account>',
  'AWS::Partition': '<partition>',
  'AWS::Region': '<region>',
};

/** A value of the template, with resources by their names. */
function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Json;
  if (typeof ref === 'string') return PSEUDO_PARAMETERS[ref] ?? readable(ref);
  if (Array.isArray(attribute) && attribute[1] === 'Arn') return readable(String(attribute[0]));
  if (Array.isArray(join)) return (join[1] as unknown[]).map(text).join(String(join[0]));
  throw new Error(`permissions-reader.ts cannot read ${JSON.stringify(value)}`);
}
