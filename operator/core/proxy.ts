type Environment = Readonly<Record<string, string | undefined>>;

/** What Node.js can do since 22.21 and 24.5: an agent that goes by `HTTPS_PROXY` and `NO_PROXY`. */
export function takesProxies(version = process.versions.node): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 24 || (major === 24 && minor >= 5) || (major === 22 && minor >= 21);
}

/** Options of an `https.Agent` for what is not on this machine; an older Node.js has no use for them. */
export const proxyAgent = { keepAlive: true, proxyEnv: process.env };

/** Why nothing gets out, where a proxy is named that this Node.js does not use; empty otherwise. */
export function unusedProxy(environment: Environment = process.env, version?: string): string {
  const named = ['HTTPS_PROXY', 'https_proxy'].find((name) => (environment[name] ?? '') !== '');
  return named === undefined || takesProxies(version)
    ? ''
    : `; ${named} is used from Node.js 22.21 or 24.5 on, this is ${process.versions.node}`;
}
