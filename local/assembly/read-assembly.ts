import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecord, type JsonRecord } from '../json.ts';
import { LocalError } from '../local-error.ts';
import { readTemplate, type Template } from './template.ts';

/** The stack of a cloud assembly (`cdk.out`) that holds the framework. */
export interface Assembly {
  readonly stackName: string;
  readonly template: Template;
  /** What the synthesis warned of, each with the path of its construct. */
  readonly warnings: readonly string[];
  /** Directory of the asset that is uploaded under this key. Throws when there is none. */
  assetDirectory(s3Key: string): string;
}

/** @throws {LocalError} when the directory holds no assembly, or none or several stacks with the framework. */
export async function readAssembly(directory: string): Promise<Assembly> {
  const manifest = await readJson(join(directory, 'manifest.json'));
  const artifacts = isRecord(manifest['artifacts']) ? Object.entries(manifest['artifacts']) : [];
  const stacks = await Promise.all(
    artifacts
      .filter(([, artifact]) => hasType(artifact, 'aws:cloudformation:stack'))
      .map(async ([artifactId, artifact]) => {
        const templateFile = propertyOf(artifact, 'templateFile');
        if (templateFile === undefined) throw new LocalError(`stack ${artifactId} names no template file`);
        const template = readTemplate(await readJson(join(directory, templateFile)));
        const warnings = await warningsOf(artifact, directory);
        return { stackName: propertyOf(artifact, 'stackName') ?? artifactId, template, warnings };
      }),
  );
  const found = stacks.filter(({ template }) => Object.keys(template.deployments).length > 0);
  const [stack] = found;
  if (stack === undefined || found.length > 1) {
    const names = (found.length > 1 ? found : stacks).map(({ stackName }) => stackName).join(', ');
    throw new LocalError(
      `${found.length} of the app's stacks (${names}) hold a SupaglueWebhooks construct; the local cloud runs exactly one`,
    );
  }

  const directories = new Map<string, string>();
  for (const [, assets] of artifacts) {
    const file = hasType(assets, 'cdk:asset-manifest') ? propertyOf(assets, 'file') : undefined;
    if (file !== undefined) addAssets(directories, await readJson(join(directory, file)), directory);
  }
  return {
    ...stack,
    assetDirectory(s3Key) {
      const path = directories.get(s3Key);
      if (path === undefined) throw new LocalError(`the assembly has no directory asset ${s3Key}`);
      return path;
    },
  };
}

async function warningsOf(artifact: unknown, directory: string): Promise<readonly string[]> {
  const file = isRecord(artifact) ? artifact['additionalMetadataFile'] : undefined;
  if (typeof file !== 'string') return [];
  return Object.entries(await readJson(join(directory, file))).flatMap(([path, entries]) =>
    (Array.isArray(entries) ? entries : [])
      .filter((entry) => hasType(entry, 'aws:cdk:warning'))
      .map(({ data }) => `${path}: ${data}`),
  );
}

/** Directory assets only: a file asset (the template itself) has no code in it. */
function addAssets(directories: Map<string, string>, assetManifest: JsonRecord, root: string): void {
  const files = isRecord(assetManifest['files']) ? Object.values(assetManifest['files']) : [];
  for (const file of files) {
    if (!isRecord(file) || !isRecord(file['source']) || !isRecord(file['destinations'])) continue;
    const { path, packaging } = file['source'];
    if (typeof path !== 'string' || packaging !== 'zip') continue;
    for (const destination of Object.values(file['destinations'])) {
      if (isRecord(destination)) directories.set(String(destination['objectKey']), join(root, path));
    }
  }
}

function hasType(artifact: unknown, type: string): boolean {
  return isRecord(artifact) && artifact['type'] === type;
}

function propertyOf(artifact: unknown, name: string): string | undefined {
  const properties = isRecord(artifact) ? artifact['properties'] : undefined;
  const value = isRecord(properties) ? properties[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

async function readJson(path: string): Promise<JsonRecord> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new LocalError(`no cloud assembly: ${path} cannot be read`, { cause: error });
  }
  const value: unknown = JSON.parse(text);
  if (!isRecord(value)) throw new LocalError(`${path} is not a JSON object`);
  return value;
}
