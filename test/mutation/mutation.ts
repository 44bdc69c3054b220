/** One change of a file's text. */
export interface Edit {
  /** From the project's root. */
  readonly file: string;
  /** Exact text that occurs once in the file. */
  readonly find: string;
  readonly replace: string;
}

/** Production code as a careless engineer might leave it. */
export interface Mutation {
  readonly name: string;
  /** What was done wrong, in one sentence. */
  readonly says: string;
  readonly edits: readonly Edit[];
  /** The simulation's check that shall see it. Without one, any catcher will do. */
  readonly aim?: string;
}

/** The mutation does not fit the code as it is now. */
export class MutationError extends Error {
  override readonly name = 'MutationError';
}

/**
 * The edited texts of the files that a mutation touches.
 *
 * @param read - a file's text as it is
 * @throws {MutationError} when a text to be replaced does not occur exactly once
 */
export function mutatedTexts(
  { name, edits }: Mutation,
  read: (file: string) => string,
): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const { file, find, replace } of edits) {
    const text = texts.get(file) ?? read(file);
    const parts = text.split(find);
    if (parts.length !== 2 || find === replace) {
      const found = `occurs ${parts.length - 1} times in ${file}, not once`;
      throw new MutationError(`${name} no longer applies: ${JSON.stringify(find)} ${found}`);
    }
    texts.set(file, parts.join(replace));
  }
  return texts;
}
