/** The entries that are asked for by name, or all of them. */
export function picked<T>(
  all: Readonly<Record<string, T | undefined>>,
  names: readonly string[] = [],
): Record<string, T> {
  const found: Record<string, T> = {};
  for (const [name, value] of Object.entries(all)) {
    if (value !== undefined && (names.includes('All') || names.includes(name))) found[name] = value;
  }
  return found;
}
