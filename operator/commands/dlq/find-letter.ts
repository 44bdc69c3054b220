import type { CommandContext } from '../../cli/context.ts';
import type { Target } from '../../core/target.ts';
import type { DeadLetter } from '../../dead-letters/dead-letter.ts';
import { eventKeyOf } from '../../dead-letters/fold.ts';
import { groupIdOf } from '../../dead-letters/groups.ts';
import type { Look } from '../../dead-letters/look.ts';
import { lookWithProgress } from './look.ts';

/** Looks for the letter that an id names. */
export async function findLetter(
  id: string,
  target: Target,
  context: CommandContext,
): Promise<{ readonly found: NewestOf; readonly look: Look }> {
  const found = new NewestOf(id);
  const look = await lookWithProgress(target, context, {
    keep: false,
    onLetter: (each) => found.add(each),
    // A message id names one letter; of a svix-id there may be copies.
    until: ({ messageId }) => messageId === id,
  });
  return { found, look };
}

/** The newest letter that an id names: svix-id or message id, else a group. Of the others little is kept. */
class NewestOf {
  readonly #id: string;
  readonly #copies = new Map<string, DeadLetter[]>();
  readonly #groups = new Map<string, Set<string>>();
  #named: DeadLetter | undefined;
  #inGroup: DeadLetter | undefined;

  constructor(id: string) {
    this.#id = id;
  }

  get letter(): DeadLetter | undefined {
    return this.#named ?? this.#inGroup;
  }

  copiesOf(letter: DeadLetter): readonly DeadLetter[] {
    return this.#copies.get(eventKeyOf(letter)) ?? [];
  }

  eventsOf(groupId: string): number {
    return this.#groups.get(groupId)?.size ?? 0;
  }

  add(letter: DeadLetter): void {
    const [key, groupId] = [eventKeyOf(letter), groupIdOf(letter)];
    const isNamed = letter.eventId === this.#id || letter.messageId === this.#id;
    const isInGroup = groupId === this.#id.toLowerCase();
    if (isNamed || isInGroup) {
      this.#copies.set(key, [...(this.#copies.get(key) ?? []), { ...letter, body: '', attributes: {} }]);
    }
    this.#groups.set(groupId, (this.#groups.get(groupId) ?? new Set()).add(key));
    const newer = (than: DeadLetter | undefined) => than === undefined || letter.sentAtMs >= than.sentAtMs;
    if (isNamed) {
      if (newer(this.#named)) this.#named = letter;
    } else if (isInGroup && newer(this.#inGroup)) {
      this.#inGroup = letter;
    }
  }
}
