import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesise } from '../../lib/synthesise.ts';
import { FIXTURE_PROGRAM } from '../fixtures/fixture-app.ts';

/** Any part of a template: CloudFormation's own JSON, read by tests alone. */
export type Json = { readonly [key: string]: unknown };

export interface Resource {
  readonly Type: string;
  readonly Properties: Json;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown; readonly Description?: string }>>;
  readonly Metadata?: Json;
}

/** Runs the fixture's app as a deploy would, over stand-in bundles, and gives its template. */
export async function synthesiseTemplate(context: Json = {}): Promise<Template> {
  const directory = await mkdtemp(join(tmpdir(), 'webhook-stack-'));
  try {
    const bundleDirectory = await standInBundles(join(directory, 'bundles'));
    const assembly = await synthesise({
      outDirectory: join(directory, 'assembly'),
      bundleDirectory,
      program: FIXTURE_PROGRAM,
      context,
    });
    const stage = typeof context['stage'] === 'string' ? context['stage'] : 'prod';
    return JSON.parse(await readFile(join(assembly, `SupaglueWebhooks-${stage}.template.json`), 'utf8'));
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The stack reads no code; it only packs it. */
export async function standInBundles(directory: string): Promise<string> {
  for (const name of ['ingest', 'consumer', 'reconcile']) {
    await mkdir(join(directory, name), { recursive: true });
    await writeFile(join(directory, name, 'index.mjs'), `export const handler = () => '${name}';\n`);
  }
  await writeFile(join(directory, 'handlers.json'), JSON.stringify({ byType: {}, any: [] }));
  return directory;
}

export function resourcesOf(template: Template, type: string): ReadonlyArray<readonly [string, Resource]> {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}

/** The one resource of a type whose logical ID holds `part`. */
export function resourceOf(template: Template, type: string, part = ''): readonly [string, Resource] {
  const found = resourcesOf(template, type).filter(([id]) => id.includes(part));
  const [only, ...others] = found;
  if (only === undefined || others.length > 0) {
    throw new Error(`${found.length} resources of type ${type} with "${part}" in their ID`);
  }
  return only;
}

export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

export function statementsOf({ Properties }: Resource): readonly Statement[] {
  return (Properties['PolicyDocument'] as { Statement: readonly Statement[] }).Statement;
}
