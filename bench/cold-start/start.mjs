// One cold start, alone in its process: ENTRY EVENT_FILE. Plain JavaScript, as the functions are: a loader would
// be measured too. Times count from the process's own start; the answer goes to file descriptor 3.
import { readFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [, , entry, eventFile] = process.argv;
const event = JSON.parse(readFileSync(eventFile, 'utf8'));
const context = {
  awsRequestId: 'bench',
  functionName: 'bench',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:bench',
  memoryLimitInMB: '512',
  getRemainingTimeInMillis: () => 30_000,
};
// Lambda loads .mjs by import, .js of a CommonJS package by require.
const { handler } = entry.endsWith('.mjs')
  ? await import(pathToFileURL(entry).href)
  : createRequire(import.meta.url)(entry);
const readyMs = performance.now();
const loadCpu = process.cpuUsage();
const answer = await handler(event, context);
const answeredMs = performance.now();
const { user, system } = process.cpuUsage();
const good = answer.statusCode === 200 || answer.batchItemFailures?.length === 0;
const cpuMs = (user + system) / 1000;
const callCpuMs = cpuMs - (loadCpu.user + loadCpu.system) / 1000;
writeSync(3, JSON.stringify({ readyMs, answeredMs, cpuMs, callCpuMs, good, answer }));
process.exit();
