import process from 'node:process';
import { declareFactoryPlugin, declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

const LEVELS = new Set(['debug', 'info', 'warn', 'error']);

/** Fields of a log line, as in `logger.warn('…', { … })`, are for people: a wrong one breaks no promise. */
const logFields = {
  shouldIgnore({ node, parent }) {
    if (node.type !== 'ObjectExpression' || parent?.type !== 'CallExpression') return undefined;
    const { callee } = parent;
    const isLog = callee.type === 'MemberExpression' && LEVELS.has(callee.property.name);
    return isLog ? 'fields of a log line' : undefined;
  },
};

/** A line for each mutant, as soon as it is decided. */
const lines = () => {
  let total = 0;
  let tested = 0;
  return {
    onMutationTestingPlanReady({ mutantPlans }) {
      total = mutantPlans.length;
    },
    onMutantTested({ status, location, mutatorName }) {
      tested += 1;
      process.stdout.write(
        `${tested} of ${total} mutants: ${location.start.line} ${mutatorName} ${status}\n`,
      );
    },
  };
};

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'log-fields', logFields),
  declareFactoryPlugin(PluginKind.Reporter, 'lines', lines),
];
