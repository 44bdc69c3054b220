import { ConsumerEnvironment } from '../../lambdas/contract/environment.ts';
import {
  DEFAULT_LEDGER_RETENTION_DAYS,
  LEDGER_TTL_ATTRIBUTE,
  MIN_LEDGER_RETENTION_DAYS,
} from '../../lambdas/contract/ledger-table.ts';
import { type Finding, fail, note, ok, warn } from './finding.ts';

/** Svix's last attempt comes after 27 h 35 min, each delay ±20 %: https://docs.svix.com/retries */
const SVIX_RETRIES_DAYS = 33 / 24;
/** Svix keeps payloads so long, and anybody may send one again from its portal. */
const SVIX_RESEND_DAYS = 90;

/** @param days - the consumer's variable; undefined when it is not set */
export function judgeLedgerRetention(days: number | undefined): Finding {
  const mend = { mend: `deploy with ledgerRetentionDays of ${DEFAULT_LEDGER_RETENTION_DAYS}` };
  if (days === undefined || Number.isNaN(days)) {
    return fail(`the consumer has no ${ConsumerEnvironment.LEDGER_RETENTION_DAYS}`, mend);
  }
  const text = `${days} days`;
  if (days <= SVIX_RETRIES_DAYS) {
    return fail(`${text}, but Svix retries for up to 33 h: an event would run twice`, mend);
  }
  if (days < MIN_LEDGER_RETENTION_DAYS) {
    return fail(`${text}: an event put back from the dead-letter queue may have lost its record`, mend);
  }
  return days < SVIX_RESEND_DAYS
    ? warn(`${text}: Svix can resend an event for ${SVIX_RESEND_DAYS} days, and it would run again`, mend)
    : ok(`${text}, longer than Svix retries (33 h) and resends (${SVIX_RESEND_DAYS} days)`);
}

export interface TimeToLive {
  /** ENABLED, ENABLING, DISABLED or DISABLING, in DynamoDB's words. */
  readonly status: string;
  readonly attribute: string | undefined;
}

/** @param ttl - undefined locally, where nothing expires */
export function judgeTimeToLive(ttl: TimeToLive | undefined): Finding {
  if (ttl === undefined) return note('not checked: the local table keeps its records until `npm start` ends');
  const isOn = ttl.status === 'ENABLED' || ttl.status === 'ENABLING';
  if (isOn && ttl.attribute === LEDGER_TTL_ATTRIBUTE) return ok(`old records go by ${LEDGER_TTL_ATTRIBUTE}`);
  return warn(`TTL by ${LEDGER_TTL_ATTRIBUTE} is not on (${ttl.status}): the ledger grows for ever`, {
    mend: 'deploy the stack again: somebody has changed it by hand',
  });
}
