/** A function could not be bundled. `message` holds the compiler's messages with file and line. */
export class BundleError extends Error {
  override readonly name = 'BundleError';
}
