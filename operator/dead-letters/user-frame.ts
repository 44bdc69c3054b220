import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Longer stacks are not the consumer's. */
const MAX_LINES = 20;
const MAX_LINE_CHARACTERS = 400;

/**
 * Frames of a local run start with the user's project, which is where commands run, or with the framework's own
 * folder; those of Lambda with the root or its task folder.
 */
const FRAMEWORK_FOLDER = fileURLToPath(new URL('../../', import.meta.url));
const PREFIXES = [FRAMEWORK_FOLDER, join(process.cwd(), '/'), '/var/task/'];

/** `at async Object.handle (file:///a/b.ts:1:2)`, or without a function `at /a/b.ts:1:2`. */
const FRAME = /^at (?:async )?(?:(.+) \()?((?:file:\/\/)?[^()]+:\d+:\d+)\)?$/;

/** All of that folder; in version 0.1 the user's handlers were in it too. */
const FRAMEWORK = /^lambdas\/(?!handlers\/)/;
const DEPENDENCY = /(?:^|\/)node_modules\//;

/**
 * The frame that says where the user's code failed, such as `backfill (app/handlers/backfill.ts:12:9)`: the first
 * that is neither a dependency's nor this project's own. Without one, the first frame that is not Node's.
 */
export function topUserFrame(stack: string | undefined): string | undefined {
  const frames = (stack ?? '').split('\n', MAX_LINES).flatMap((line) => parseFrame(line) ?? []);
  const found = frames.find(({ place }) => !FRAMEWORK.test(place) && !DEPENDENCY.test(place)) ?? frames[0];
  if (found === undefined) return undefined;
  return found.name === undefined ? found.place : `${found.name} (${found.place})`;
}

interface Frame {
  readonly name?: string;
  /** Path below the project, line and column. */
  readonly place: string;
}

/** Undefined for what is no frame, and for one of Node itself. */
function parseFrame(line: string): Frame | undefined {
  const [, name, location = ''] = FRAME.exec(line.trim().slice(0, MAX_LINE_CHARACTERS)) ?? [];
  if (location === '' || location.startsWith('node:')) return undefined;
  const place = belowProject(location.replace(/^file:\/\//, ''));
  const shown = name === undefined ? undefined : functionName(name);
  return shown === undefined ? { place } : { name: shown, place };
}

/** A function without a name of its own is called by the name that the consumer calls it by: that says nothing. */
function functionName(name: string): string | undefined {
  const own = name.replace(/^Object\./, '');
  return own === '<anonymous>' || name === 'Object.handle' ? undefined : own;
}

/** The same code has the same place on Lambda and in every checkout. */
function belowProject(path: string): string {
  const prefix = PREFIXES.find((candidate) => path.startsWith(candidate)) ?? '';
  return path.slice(prefix.length).replace(/^\/+/, '');
}
