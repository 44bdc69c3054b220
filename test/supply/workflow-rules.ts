/** An action at a commit, which cannot change, with its version for people and for update tools. */
const PINNED = /^[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;
/** Run with the repository's own token on what a stranger sent. */
const DANGEROUS_TRIGGER = /^\s*(pull_request_target|workflow_run|issue_comment|issues|discussion\w*)\s*:/gm;

interface Line {
  readonly text: string;
  readonly indent: number;
}

/**
 * What is wrong with a workflow of GitHub Actions, a line each. It reads lines, not YAML (no parser is among the
 * dependencies), so it wants the plain layout that it knows: flow style would hide things from it, and is refused.
 */
export function workflowFaults(text: string): readonly string[] {
  const lines = text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trim().startsWith('#'))
    .map((line) => ({ text: line.trim(), indent: line.search(/\S/) }));
  const jobs = children(lines, 'jobs');
  return [
    ...(/\t|\{\s*['"\w]+\s*:/.test(lines.map((line) => line.text).join('\n')) ? ['flow style or tabs'] : []),
    ...[...text.matchAll(DANGEROUS_TRIGGER)].map(([, trigger]) => `it runs on ${trigger}`),
    ...permissionFaults(lines),
    ...(children(lines, 'concurrency').length > 0 ? [] : ['there is no concurrency group']),
    ...(/\bsecrets\b|github\.token/.test(text) ? ['it uses a secret'] : []),
    ...(jobs.length > 0 ? [] : ['there is no job']),
    ...jobs.filter(({ indent }) => indent === 2).flatMap((job) => jobFaults(job.text, below(jobs, job))),
    ...steps(lines).flatMap(stepFaults),
  ];
}

function permissionFaults(lines: readonly Line[]): readonly string[] {
  const top = children(lines, 'permissions').map((line) => line.text);
  return [
    ...(top.join() === 'contents: read' ? [] : ['its permissions are not contents: read alone']),
    ...lines
      .filter(({ text, indent }) => indent > 0 && text.startsWith('permissions:'))
      .map(() => 'a job has permissions of its own'),
  ];
}

function jobFaults(name: string, lines: readonly Line[]): readonly string[] {
  const has = (wanted: RegExp) => lines.some(({ text, indent }) => indent === 4 && wanted.test(text));
  return [
    ...(has(/^timeout-minutes: \d+$/) ? [] : [`${name} no timeout`]),
    ...(has(/^runs-on: [a-z]+-\d[\d.]*$/) ? [] : [`${name} no runner of one version`]),
  ];
}

function stepFaults(step: readonly Line[]): readonly string[] {
  const keys = step.map(({ text }) => text.replace(/^- /, ''));
  const uses = keys
    .find((text) => text.startsWith('uses:'))
    ?.slice('uses:'.length)
    .trim();
  const start = step.findIndex(({ text }) => /^(?:- )?run:/.test(text));
  const run = start === -1 ? [] : [step[start], ...below(step, step[start])];
  return [
    ...(uses === undefined || PINNED.test(uses) ? [] : [`${uses} is not pinned to a commit and a version`]),
    ...(uses?.startsWith('actions/checkout@') === true && !keys.includes('persist-credentials: false')
      ? ['a checkout leaves its token behind']
      : []),
    // Even a harmless value teaches the next author the way to a script injection: pass it as a variable.
    ...run
      .filter((line) => line?.text.includes('${{') === true)
      .map((line) => `a script is made of an expression: ${line?.text}`),
  ];
}

/** Lists below any `steps:`, cut at their dashes. */
function steps(lines: readonly Line[]): readonly (readonly Line[])[] {
  return lines
    .filter(({ text }) => text === 'steps:')
    .flatMap((list) => {
      const own = below(lines, list);
      const found: Line[][] = [];
      for (const line of own) {
        if (line.indent === own[0]?.indent) found.push([]);
        found.at(-1)?.push(line);
      }
      return found;
    });
}

/** What is indented below a key of the top level. */
function children(lines: readonly Line[], key: string): readonly Line[] {
  const parent = lines.find(({ text, indent }) => indent === 0 && text === `${key}:`);
  return parent === undefined ? [] : below(lines, parent);
}

function below(lines: readonly Line[], parent: Line | undefined): readonly Line[] {
  if (parent === undefined) return [];
  const rest = lines.slice(lines.indexOf(parent) + 1);
  // The keys of a step stand under the first one, two further than its dash.
  const indent = parent.text.startsWith('- ') ? parent.indent + 2 : parent.indent;
  const end = rest.findIndex((line) => line.indent <= indent);
  return end === -1 ? rest : rest.slice(0, end);
}
