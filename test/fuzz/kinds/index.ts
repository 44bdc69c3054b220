import type { Kind } from '../draft.ts';
import { bitFlipKinds } from './bit-flip.ts';
import { bodyKinds } from './body-kinds.ts';
import { headerKinds } from './header-kinds.ts';
import { idKinds } from './id-kinds.ts';
import { secretKinds } from './secret-kinds.ts';
import { signatureKinds } from './signature-kinds.ts';
import { timestampKinds } from './timestamp-kinds.ts';

const KINDS_BY_NAME = {
  ...secretKinds,
  ...timestampKinds,
  ...bodyKinds,
  ...idKinds,
  ...signatureKinds,
  ...bitFlipKinds,
  ...headerKinds,
} satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS_BY_NAME;

/** Every kind of mutation, in the order in which those of one phase are applied. */
export const KINDS: Readonly<Record<KindName, Kind>> = KINDS_BY_NAME;
export const KIND_NAMES = Object.keys(KINDS) as readonly KindName[];
