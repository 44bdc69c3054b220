import { Stack } from 'aws-cdk-lib/core';
import { runApp, SupaglueWebhooks } from '../../lib/construct.ts';
import { SOURCE_EXTENSION } from '../../lib/project-paths.ts';
import { OTHER_SENDER } from './scenario.ts';

// The demo's CDK app: the framework with its defaults, and the handlers beside this file.
runApp((app) => {
  new SupaglueWebhooks(new Stack(app, 'Demo'), 'Default', {
    sources: { [OTHER_SENDER]: {} },
    handlers: `${import.meta.dirname}/handlers${SOURCE_EXTENSION}`,
  });
});
