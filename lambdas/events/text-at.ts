/**
 * A text inside a payload of any shape, by the names of its fields with dots between them; `undefined` for what is
 * missing, empty or no text.
 */
export function textAt(payload: unknown, path: string): string | undefined {
  let value = payload;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = Reflect.get(value, name);
  }
  return typeof value === 'string' && value !== '' ? value : undefined;
}
