import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runFastRedrive } from '../../../operator/commands/dlq/fast-redrive.ts';
import { startMoveTask } from '../../../operator/dead-letters/move-task.ts';
import { EngineError, startAlteringProxy } from '../../support/altering-proxy.ts';
import { startEngines, type TestEngines } from '../../support/engines.ts';
import { capturedContext } from '../support/captured-context.ts';
import { createRig, never, type Rig } from './rig.ts';

describe("SQS's own move task", () => {
  let engines: TestEngines;
  const rigs: Rig[] = [];
  beforeAll(async () => {
    engines = await startEngines();
  });
  afterAll(async () => {
    for (const rig of rigs) rig.close();
    await engines.stopAll();
  });

  const rigWith = async (count: number): Promise<Rig> => {
    const rig = await createRig(engines);
    rigs.push(rig);
    await rig.putLetters(Array.from({ length: count }, (_, index) => ({ eventId: `msg_${index}` })));
    return rig;
  };

  test('moves all, with a destination, and tells how far it is', async () => {
    const rig = await rigWith(30);
    const proxy = await startAlteringProxy(engines.sqsEndpoint, (_, forward) => forward());
    const progress: (readonly [number, number])[] = [];
    const result = await startMoveTask(rig.variant({ sqs: proxy.endpoint }), {
      signal: never,
      onProgress: (moved, expected) => progress.push([moved, expected]),
    });
    await proxy.stop();
    expect(result).toEqual({ moved: 30, status: 'COMPLETED' });
    expect(progress[0]).toEqual([0, 30]);
    expect(progress.at(-1)).toEqual([30, 30]);
    expect(await rig.depth('main')).toEqual({ visible: 30, hidden: 0 });
    expect(await rig.depth('dead')).toEqual({ visible: 0, hidden: 0 });
    const start = proxy.calls.find(({ operation }) => operation === 'StartMessageMoveTask');
    expect(start?.input).toEqual({
      SourceArn: expect.stringMatching(/-dead$/),
      DestinationArn: expect.not.stringMatching(/-dead$/),
    });
  });

  test('an abort cancels it, and what was moved is told', async () => {
    const rig = await rigWith(30);
    const abort = new AbortController();
    const result = await startMoveTask(rig.target, {
      perSecond: 10,
      signal: abort.signal,
      onProgress: (moved) => moved > 0 && abort.abort(),
    });
    expect(result).toEqual({ moved: 10, status: 'CANCELLED' });
    expect(await rig.depth('main')).toEqual({ visible: 10, hidden: 0 });
    expect(await rig.depth('dead')).toEqual({ visible: 20, hidden: 0 });
  });

  test('a task that runs already is one clear line', async () => {
    const rig = await rigWith(5);
    const abort = new AbortController();
    const options = { perSecond: 1, onProgress: () => undefined };
    const isStarted = new AbortController();
    const running = startMoveTask(rig.target, {
      ...options,
      signal: abort.signal,
      onProgress: () => isStarted.abort(),
    });
    await once(isStarted.signal, 'abort');
    await expect(startMoveTask(rig.target, { ...options, signal: never })).rejects.toThrow(
      'SQS is moving these dead letters already: wait until that task has ended',
    );
    abort.abort();
    expect(await running).toMatchObject({ status: 'CANCELLED' });
  });

  test('a failed task says so; a task on AWS is listed without its handle once it has ended', async () => {
    const rig = await rigWith(1);
    let listed = 0;
    const proxy = await startAlteringProxy(engines.sqsEndpoint, async ({ operation }, forward) => {
      const older = { Status: 'COMPLETED', StartedTimestamp: 1, ApproximateNumberOfMessagesMoved: 7 };
      const ours = { StartedTimestamp: 2, ApproximateNumberOfMessagesMoved: 0 };
      if (operation === 'StartMessageMoveTask') return { TaskHandle: 'ours' };
      if (operation !== 'ListMessageMoveTasks') return forward();
      listed += 1;
      // The second time it has just been started, and is not listed yet.
      if (listed <= 2) return { Results: [older] };
      if (listed === 3) return { Results: [{ ...ours, Status: 'RUNNING', TaskHandle: 'ours' }, older] };
      return { Results: [{ ...ours, Status: 'FAILED', FailureReason: 'AccessDenied' }, older] };
    });
    const target = rig.variant({ sqs: proxy.endpoint });
    const result = await startMoveTask(target, { signal: never, onProgress: () => undefined });
    listed = 0;
    const captured = capturedContext();
    const command = { dryRun: false, confirmed: true, json: false };
    const code = await runFastRedrive(target, command, captured.context);
    await proxy.stop();
    expect(result).toEqual({ moved: 0, status: 'FAILED', reason: 'AccessDenied' });
    expect({ code, stdout: captured.stdout() }).toEqual({
      code: 1,
      stdout: 'moved 0 letters: the move task failed, the rest is in place (AccessDenied)\n',
    });
  });

  test.each([
    ['ListMessageMoveTasks', /^lost sight of the move task \(AccessDenied.*\): it goes on by itself/],
    [
      'CancelMessageMoveTask',
      /^the move task could not be cancelled \(AccessDenied.*\): it goes on by itself/,
    ],
  ])('a task that is out of reach (%s) goes on, and that is said', async (denied, message) => {
    const rig = await rigWith(1);
    const abort = new AbortController();
    let isStarted = false;
    const proxy = await startAlteringProxy(engines.sqsEndpoint, async ({ operation }, forward) => {
      if (isStarted && operation === denied) {
        const text = { __type: 'com.amazonaws.sqs#AccessDenied', message: 'not allowed' };
        throw new EngineError(403, JSON.stringify(text));
      }
      if (operation === 'ListMessageMoveTasks') {
        return isStarted ? { Results: [{ StartedTimestamp: 2, Status: 'RUNNING', TaskHandle: 'ours' }] } : {};
      }
      if (operation !== 'StartMessageMoveTask') return forward();
      isStarted = true;
      return { TaskHandle: 'ours' };
    });
    const target = rig.variant({ sqs: proxy.endpoint });
    const onProgress = () => abort.abort();
    await expect(startMoveTask(target, { signal: abort.signal, onProgress })).rejects.toThrow(message);
    await proxy.stop();
  });

  test('a task that ends while it is being cancelled has completed', async () => {
    const rig = await rigWith(1);
    const abort = new AbortController();
    let cancelled = false;
    let listed = 0;
    const proxy = await startAlteringProxy(engines.sqsEndpoint, async ({ operation }, forward) => {
      if (operation === 'StartMessageMoveTask') return { TaskHandle: 'ours' };
      if (operation === 'CancelMessageMoveTask') {
        cancelled = true;
        const text = { __type: 'com.amazonaws.sqs#ResourceNotFoundException', message: 'no such task' };
        throw new EngineError(404, JSON.stringify(text));
      }
      if (operation !== 'ListMessageMoveTasks') return forward();
      listed += 1;
      if (listed === 1) return {};
      const task = { StartedTimestamp: 2, ApproximateNumberOfMessagesMoved: 1 };
      return {
        Results: [
          cancelled ? { ...task, Status: 'COMPLETED' } : { ...task, Status: 'RUNNING', TaskHandle: 'ours' },
        ],
      };
    });
    const result = await startMoveTask(rig.variant({ sqs: proxy.endpoint }), {
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    await proxy.stop();
    expect(result).toEqual({ moved: 1, status: 'COMPLETED' });
  });
});
