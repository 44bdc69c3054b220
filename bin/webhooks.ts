import process from 'node:process';

/** Programs of their own: what they load, no other command waits for. */
const PROGRAMS: Readonly<Record<string, () => Promise<unknown>>> = {
  start: () => import('./start.ts'),
  demo: () => import('./demo.ts'),
};

const [name = ''] = process.argv.slice(2);
if (Object.hasOwn(PROGRAMS, name)) {
  process.argv.splice(2, 1);
  await PROGRAMS[name]?.();
} else {
  const [{ processContext }, { runProgram }] = await Promise.all([
    import('../operator/cli/process-context.ts'),
    import('../operator/program.ts'),
  ]);
  process.exitCode = await runProgram(process.argv.slice(2), processContext());
}
