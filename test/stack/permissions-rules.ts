import { type Permission, sentence } from './permissions-reader.ts';

/** What lets a service act only for this account: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html */
const SOURCE = /aws:SourceAccount|aws:SourceArn|SourceAccount|SourceArn/;

/**
 * What is wrong with a permission whatever its reason; nothing for most.
 *
 * @param withoutResource - sentences of what AWS knows no resource for
 */
export function faultsOf(permission: Permission, withoutResource: ReadonlySet<string>): readonly string[] {
  const { principal, effect, action, resource, condition } = permission;
  // A Deny can only take away, so it may be as wide as it likes.
  if (effect === 'must not') return [];
  const faults: string[] = [];
  if (action.includes('*')) faults.push('a wildcard in the action');
  if (resource.includes('*') && !withoutResource.has(sentence(permission))) {
    faults.push('a wildcard in the resource');
  }
  if (action === 'all of a managed policy') faults.push('a managed policy: AWS decides what is in it');
  if (action.startsWith('sts:')) {
    if (!principal.startsWith('service ')) faults.push('a role for others than a service');
  } else {
    if (principal === 'anyone' && action.includes(':') && condition === '') {
      faults.push('for anyone, without a condition');
    }
    if (principal.startsWith('service ') && !SOURCE.test(condition)) {
      faults.push('a service, for whichever account it acts');
    }
  }
  return faults;
}
