import { askCompletions, type Question, type Started, type System, startSubject } from './subject.ts';

/** This project: the deployed assembly on the local engines, in one process. */
export async function startLocalPipeline(assemblyDirectory: string, signal: AbortSignal): Promise<System> {
  const helper = startSubject('local-pipeline-process.ts', [assemblyDirectory], signal);
  const ask = <Answer>(question: Question) => helper.ask<Answer>(question);
  try {
    const { webhookUrl } = await ask<Started>({ ask: 'start' });
    return {
      name: 'this project, locally',
      webhookUrl,
      completions: (count) => askCompletions(helper, count),
      cpu: () => ask({ ask: 'cpu' }),
      summary: () => ask({ ask: 'summary' }),
      stop: () => helper.stop(),
    };
  } catch (error) {
    await helper.stop();
    throw error;
  }
}
