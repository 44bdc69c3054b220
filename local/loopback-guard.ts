import type { IncomingMessage } from 'node:http';
import { LOCAL_CREDENTIALS } from './identity.ts';

/** Who is answered by a server of this machine. */
export type Callers =
  /** Whoever comes, under any name: what is guarded by signatures, and reached through tunnels. */
  | 'anyone'
  /** A browser on the server's own pages. */
  | 'own-pages'
  /** Programs of this machine; no page of any browser. */
  | 'programs'
  /** Programs that name the credentials of this run, as the SDKs and the AWS CLI do. */
  | 'credentialed';

/** The names that this machine's own programs know a server by. */
export function hostsOf(port: number): readonly string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`];
}

/**
 * Why a request is refused, or undefined. A page of another site reaches every port of this machine: it is told by
 * its `Origin` and by `Sec-Fetch-Site`, which no page can leave out or set, and a name that was rebound to this
 * machine by its `Host`. No answer carries a CORS header.
 */
export function callerRefusal(
  { headers }: IncomingMessage,
  port: number | undefined,
  callers: Callers,
): string | undefined {
  if (callers === 'anyone') return undefined;
  const hosts = port === undefined ? [] : hostsOf(port);
  if (!hosts.includes(headers.host?.toLowerCase() ?? '')) {
    return 'Refused: this server answers only to the address that the terminal printed.';
  }
  const isOwnPage = callers === 'own-pages';
  const { origin, 'sec-fetch-site': site } = headers;
  const isOwnOrigin = isOwnPage && hosts.some((host) => origin === `http://${host}`);
  const isOwnSite = isOwnPage && (site === 'none' || site === 'same-origin');
  if ((origin !== undefined && !isOwnOrigin) || (site !== undefined && !isOwnSite)) {
    return isOwnPage
      ? 'Refused: this did not come from a page of its own. Type the address in, or paste it.'
      : 'Refused: this server answers programs, no browser.';
  }
  if (callers === 'credentialed' && accessKeyOf(headers.authorization) !== LOCAL_CREDENTIALS.accessKeyId) {
    return "Refused: the credentials are not this run's. Take them from its exports file.";
  }
  return undefined;
}

function accessKeyOf(authorization: string | undefined): string | undefined {
  return /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\//.exec(authorization ?? '')?.[1];
}
