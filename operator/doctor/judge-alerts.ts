import { type Finding, fail, ok, warn } from './finding.ts';

export interface SubscriptionCounts {
  readonly confirmed: number;
  readonly pending: number;
}

export function judgeAlerts({ confirmed, pending }: SubscriptionCounts): Finding {
  const confirm =
    'open the message from AWS Notifications and confirm; it expires after 3 days, then deploy again';
  if (confirmed === 0 && pending === 0) {
    return warn('nobody is told: the topic has no subscription', {
      mend: 'deploy with alertEmail or alertEndpoint',
    });
  }
  if (confirmed === 0) {
    return fail(`nobody is told: ${pending} not confirmed`, { mend: confirm });
  }
  return pending === 0
    ? ok(confirmed === 1 ? '1 subscription, confirmed' : `${confirmed} subscriptions, all confirmed`)
    : warn(`${confirmed} confirmed, ${pending} not`, { mend: confirm });
}
