import process from 'node:process';
import { processContext } from '../operator/cli/process-context.ts';
import { runProgram } from '../operator/program.ts';

process.exitCode = await runProgram(process.argv.slice(2), processContext());
