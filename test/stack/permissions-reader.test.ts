import { describe, expect, test } from '@jest/globals';
import { readPermissions, sentence } from './permissions-reader.ts';
import { faultsOf } from './permissions-rules.ts';
import type { Json, Template } from './synthesised-stack.ts';

const resources = (given: Readonly<Record<string, readonly [string, Json]>>): Template => ({
  Resources: Object.fromEntries(
    Object.entries(given).map(([id, [Type, Properties]]) => [id, { Type, Properties }]),
  ),
  Outputs: {},
});
const policy = (statement: Json): Template =>
  resources({
    Policy00000000: [
      'AWS::IAM::Policy',
      { Roles: [{ Ref: 'Role00000000' }], PolicyDocument: { Statement: [statement] } },
    ],
  });
const queuePolicy = (statement: Json): Template =>
  resources({ Policy: ['AWS::SQS::QueuePolicy', { PolicyDocument: { Statement: statement } }] });
const role = (properties: Json): Template => resources({ Role0A1B2C3D: ['AWS::IAM::Role', properties] });
const trust = (principal: unknown) => ({
  AssumeRolePolicyDocument: {
    Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: principal },
  },
});

const allow = { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: 'arn' };
const LAMBDA = { Service: 'lambda.amazonaws.com' };

describe('a grant that must not be is found', () => {
  test.each<[string, Template, string]>([
    ['all actions', policy({ ...allow, Action: 'sqs:*' }), 'Role may sqs:* on arn: a wildcard in the action'],
    [
      'all of some actions, among others',
      policy({ ...allow, Action: ['sqs:SendMessage', 'sqs:Get*'] }),
      'Role may sqs:Get* on arn: a wildcard in the action',
    ],
    [
      'all resources',
      policy({ ...allow, Resource: ['arn', '*'] }),
      'Role may sqs:SendMessage on *: a wildcard in the resource',
    ],
    [
      'all indexes of a table',
      policy({
        ...allow,
        Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Table00000000', 'Arn'] }, '/index/*']] },
      }),
      'Role may sqs:SendMessage on Table/index/*: a wildcard in the resource',
    ],
    [
      'a managed policy',
      role({ ...trust(LAMBDA), ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }),
      'Role may all of a managed policy on arn:aws:iam::aws:policy/AdministratorAccess: a managed policy: AWS decides what is in it',
    ],
    [
      'a policy inside a role',
      role({ ...trust(LAMBDA), Policies: [{ PolicyDocument: { Statement: { ...allow, Resource: '*' } } }] }),
      'Role may sqs:SendMessage on *: a wildcard in the resource',
    ],
    [
      'another account that takes a role',
      role(trust({ AWS: 'arn:aws:iam::999999999999:root' })),
      'arn:aws:iam::999999999999:root may sts:AssumeRole on Role: a role for others than a service',
    ],
    [
      'everybody',
      queuePolicy({ ...allow, Principal: { AWS: '*' } }),
      'anyone may sqs:SendMessage on arn: for anyone, without a condition',
    ],
    [
      'everybody, in short',
      queuePolicy({ ...allow, Principal: '*' }),
      'anyone may sqs:SendMessage on arn: for anyone, without a condition',
    ],
    [
      'a service for anybody’s sake',
      queuePolicy({ ...allow, Principal: { Service: 'sns.amazonaws.com' } }),
      'service sns.amazonaws.com may sqs:SendMessage on arn: a service, for whichever account it acts',
    ],
  ])('%s', (_name, template, expected) => {
    const found = readPermissions(template).flatMap((each) =>
      faultsOf(each, new Set()).map((fault) => `${sentence(each)}: ${fault}`),
    );
    expect(found).toEqual([expected]);
  });
});

describe('what cannot be understood is an error', () => {
  test.each<[string, Template, string]>([
    [
      'NotAction',
      policy({ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }),
      'Role: a statement with NotAction',
    ],
    [
      'NotResource',
      policy({ Effect: 'Allow', Action: 'sqs:SendMessage', NotResource: 'arn' }),
      'Role: a statement with NotResource',
    ],
    [
      'NotPrincipal',
      queuePolicy({ ...allow, Principal: { AWS: 'a' }, NotPrincipal: { AWS: 'b' } }),
      'a: a statement with NotPrincipal',
    ],
    [
      'a resource type of another kind',
      resources({ Bucket0A1B2C3D: ['AWS::S3::Bucket', {}] }),
      'Bucket (AWS::S3::Bucket): teach permissions-reader.ts',
    ],
    [
      'a policy where none is expected',
      resources({
        Table: ['AWS::DynamoDB::GlobalTable', { Replicas: [{ ResourcePolicy: { Statement: [] } }] }],
      }),
      'Table (AWS::DynamoDB::GlobalTable): teach permissions-reader.ts',
    ],
    [
      'a function with a role from elsewhere',
      resources({ Function: ['AWS::Lambda::Function', { Role: 'arn:aws:iam::111122223333:role/admin' }] }),
      'Function works with a role that is not of this stack',
    ],
    ['a value that is computed', policy({ ...allow, Resource: { 'Fn::ImportValue': 'x' } }), 'cannot read'],
  ])('%s', (_name, template, expected) => {
    expect(() => readPermissions(template)).toThrow(expected);
  });
});
