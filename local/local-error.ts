/** Something that the local run cannot do or cannot find, said in one line for people. */
export class LocalError extends Error {
  override readonly name = 'LocalError';
}
