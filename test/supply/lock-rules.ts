/** What of package.json the rules look at. */
export interface Manifest {
  readonly private?: boolean;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly overrides?: Readonly<Record<string, string>>;
  readonly allowScripts?: Readonly<Record<string, boolean>>;
}

export interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  /** Inside the archive of the package around it, whose integrity covers it. */
  readonly inBundle?: boolean;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface LockFile {
  readonly lockfileVersion: number;
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

const EXACT = /^\d+\.\d+\.\d+$/;
const SHA512 = /^sha512-[A-Za-z0-9+/]{86}==$/;
/** git, a file, a URL, or `owner/repository`: npm would take code that no registry has a checksum of. */
const NOT_A_REGISTRY = /^(?:git|file|link|https?|github|gitlab|bitbucket|workspace)[:+]|^[\w.-]+\/[\w.-]+/;
/** npm runs these without being asked. */
const HOOKS = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish', 'dependencies'];

/** What is wrong with package.json, a line each. */
export function manifestFaults(manifest: Manifest): readonly string[] {
  const { dependencies, devDependencies, overrides = {}, allowScripts = {}, scripts = {} } = manifest;
  return [
    ...(manifest.private === true ? [] : ['the package could be published by mistake: private is not true']),
    ...Object.entries({ ...dependencies, ...devDependencies, ...overrides })
      .filter(([, version]) => !EXACT.test(version))
      .map(([name, version]) => `${name}: ${version} is not one exact version`),
    ...Object.keys(dependencies)
      .filter((name) => Object.hasOwn(devDependencies, name))
      .map((name) => `${name} is listed twice`),
    ...Object.entries(allowScripts)
      .filter(([, allowed]) => allowed)
      .map(([name]) => `${name} may run a script when it is installed`),
    ...HOOKS.filter((name) => Object.hasOwn(scripts, name)).map((name) => `the script ${name} runs unasked`),
  ];
}

/** What is wrong with the lock file beside that package.json, a line each. */
export function lockFaults({ lockfileVersion, packages }: LockFile, manifest: Manifest): readonly string[] {
  const { '': root = {}, ...others } = packages;
  const locked = Object.entries(others);
  const direct = { ...manifest.dependencies, ...manifest.devDependencies };
  const withScript = locked.filter(([, { hasInstallScript }]) => hasInstallScript === true);
  return [
    ...(lockfileVersion === 3 ? [] : [`its format is ${lockfileVersion}, not 3`]),
    ...differences('dependencies', root.dependencies, manifest.dependencies),
    ...differences('devDependencies', root.devDependencies, manifest.devDependencies),
    ...locked.flatMap(([path, entry]) => entryFaults(path, entry)),
    ...locked.flatMap(([path, entry]) => platformFaults(path, entry, others)),
    ...Object.entries({ ...direct, ...manifest.overrides })
      .map(([name, version]) => [name, version, others[`node_modules/${name}`]?.version] as const)
      .filter(([, version, found]) => version !== found)
      .map(([name, version, found]) => `${name}: ${found} is locked, ${version} is asked for`),
    ...differences(
      'packages with an install script',
      Object.fromEntries(withScript.map(([path]) => [path.replace(/^.*node_modules\//, ''), 'false'])),
      Object.fromEntries(Object.keys(manifest.allowScripts ?? {}).map((name) => [name, 'false'])),
    ),
  ];
}

function entryFaults(path: string, entry: LockedPackage): readonly string[] {
  if (entry.link === true) return [`${path} is a link to a folder`];
  const asked = Object.entries({ ...entry.dependencies, ...entry.optionalDependencies });
  return [
    // An address would tie everybody to one registry; npm asks the configured one, and the checksum decides.
    ...(entry.resolved === undefined ? [] : [`${path} names an address`]),
    ...(entry.inBundle === true || SHA512.test(entry.integrity ?? '') ? [] : [`${path} has no SHA-512`]),
    ...asked
      .filter(([, range]) => NOT_A_REGISTRY.test(range))
      .map(([name, range]) => `${path} takes ${name} from ${range}`),
  ];
}

/**
 * A binary for another platform that its registry did not have when the file was written. npm leaves it out
 * without a word, and `npm ci` then refuses the file wherever it does not know that lock already.
 */
function platformFaults(
  path: string,
  { optionalDependencies = {} }: LockedPackage,
  packages: LockFile['packages'],
): readonly string[] {
  const folders = path
    .split('/node_modules/')
    .map((_, index, parts) => parts.slice(0, index + 1).join('/node_modules/'));
  return Object.keys(optionalDependencies)
    .filter(
      (name) =>
        ![...folders, ''].some((folder) => `${folder}${folder && '/'}node_modules/${name}` in packages),
    )
    .map((name) => `${path} asks for ${name}, which is not locked`);
}

function differences(
  what: string,
  locked: Readonly<Record<string, string>> = {},
  asked: Readonly<Record<string, string>> = {},
): readonly string[] {
  const names = new Set([...Object.keys(locked), ...Object.keys(asked)]);
  return [...names]
    .filter((name) => locked[name] !== asked[name])
    .map(
      (name) =>
        `${what}: ${name} is ${locked[name] ?? 'absent'} here, ${asked[name] ?? 'absent'} in package.json`,
    );
}
