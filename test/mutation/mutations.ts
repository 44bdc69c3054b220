import { BLIND_SPOT_MUTATIONS } from './blind-spot-mutations.ts';
import { CONSUMER_MUTATIONS } from './consumer-mutations.ts';
import { INGEST_MUTATIONS } from './ingest-mutations.ts';
import { LEDGER_MUTATIONS } from './ledger-mutations.ts';
import { LETTER_MUTATIONS } from './letter-mutations.ts';
import { LISTED } from './listed-mutations.ts';
import type { Mutation } from './mutation.ts';
import { OPERATOR_MUTATIONS } from './operator-mutations.ts';
import { RECONCILE_MUTATIONS } from './reconcile-mutations.ts';

/** Beyond the listed ones: each check of the simulation shall have gone red for one of these or those. */
const FURTHER: readonly Mutation[] = [
  ...LEDGER_MUTATIONS,
  ...LETTER_MUTATIONS,
  ...CONSUMER_MUTATIONS,
  ...INGEST_MUTATIONS,
  ...OPERATOR_MUTATIONS,
  ...BLIND_SPOT_MUTATIONS,
  ...RECONCILE_MUTATIONS,
];

export const MUTATIONS: readonly Mutation[] = [...LISTED, ...FURTHER];
export { LISTED };
