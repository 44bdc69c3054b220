import type { Mutation } from './mutation.ts';

const CORE = 'lambdas/reconcile/reconcile.ts';
const CONTENTS = 'lambdas/ledger/contents.ts';

/** Against what reconciling may take for untold or gone. */
export const RECONCILE_MUTATIONS: readonly Mutation[] = [
  {
    name: 'gone-after-one-listing',
    says: 'A connection that one listing lacks is taken for deleted.',
    edits: [{ file: CORE, find: 'listings >= (destroys ? 2 : 1)', replace: 'listings >= 1' }],
  },
  {
    name: 'any-share-may-be-gone',
    says: 'However many connections are gone at once, their data is removed.',
    edits: [{ file: CORE, find: 'missing > goneShare * connections.length', replace: 'missing < 0' }],
  },
  {
    name: 'no-grace',
    says: 'What an event may still tell is made up for at once.',
    edits: [{ file: CORE, find: 'askedAtMs - firstMs >= graceMs', replace: 'askedAtMs >= firstMs' }],
  },
  {
    name: 'told-counts-for-nothing',
    says: 'What an event has told is made up for all the same.',
    edits: [{ file: CORE, find: 'return !isTold;', replace: 'return atMs !== -1;' }],
  },
  {
    name: 'another-application-is-compared',
    says: 'The key of another application makes every connection gone.',
    edits: [
      {
        file: CORE,
        find: 'if (applicationId !== (snapshot.applicationId ?? applicationId))',
        replace: "if (applicationId === 'none')",
      },
    ],
  },
  {
    name: 'there-counts-as-gone',
    says: 'What a listing shows counts as missing all the same, and stays so.',
    aim: 'nothing-there-is-deleted',
    edits: [
      { file: CORE, find: 'if (there.has(id)) return [];', replace: '' },
      { file: CORE, find: 'delete known.missing;', replace: '' },
    ],
  },
  {
    name: 'everything-counts-as-told',
    says: 'What no event has told is not made up for.',
    aim: 'swallowed-is-made-up-for',
    edits: [{ file: CORE, find: 'return !isTold;', replace: 'return atMs === -1;' }],
  },
  {
    name: 'told-again-by-another',
    says: 'What happens once runs again, when the real event comes after the reconciled one.',
    aim: 'content-runs-once',
    edits: [
      {
        file: CONTENTS,
        find: 'if (claim.happensOnce || claim.sinceMs !== undefined || known.late',
        replace: 'if (claim.sinceMs !== undefined || known.late',
      },
    ],
  },
  {
    name: 'told-by-itself',
    says: 'An event that is tried again finds its own content key, and takes itself for told.',
    edits: [
      {
        file: CONTENTS,
        find: 'if (known.eventId === claim.eventId) return undefined;',
        replace: '',
      },
    ],
  },
];
