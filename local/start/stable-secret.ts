import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Below the project; git ignores its folder. */
const SECRET_FILE = '.local/signing-secret';

/**
 * The signing secret of this checkout's local runs, made once: whoever sends to a run may go on after it was started
 * again. Readable by the user alone.
 */
export async function stableSecret(directory: string): Promise<string> {
  const path = join(directory, SECRET_FILE);
  const kept = await readFile(path, 'utf8').catch(() => undefined);
  if (kept !== undefined && /^whsec_[A-Za-z0-9+/]{43}=$/.test(kept.trim())) return kept.trim();
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  await mkdir(join(directory, '.local'), { recursive: true });
  await writeFile(path, `${secret}\n`, { mode: 0o600 });
  return secret;
}
