import { type Check, type Judgement, judge } from './judge.ts';
import { type CaseAddress, type MadeCase, makeCase, type Simplification } from './make-case.ts';

export interface JudgedCase extends MadeCase {
  readonly judgement: Judgement;
}

export async function judgeCase(address: CaseAddress, simpler: Simplification = {}): Promise<JudgedCase> {
  const made = makeCase(address, simpler);
  return { ...made, judgement: await judge(made.given) };
}

/** The simplest request of this address that still fails the check: fewest mutations, then a plain one around them. */
export async function shrink(address: CaseAddress, check: Check): Promise<JudgedCase> {
  const fails = ({ judgement }: JudgedCase) => judgement.failure?.check === check;
  let best = await judgeCase(address);
  for (const kind of best.kinds) {
    const kinds = best.kinds.filter((each) => each !== kind);
    const simpler = await judgeCase(address, { kinds });
    if (fails(simpler)) best = simpler;
  }
  const plain = await judgeCase(address, { kinds: best.kinds, plain: true });
  return fails(plain) ? plain : best;
}
