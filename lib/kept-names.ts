import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Plugin, transform } from 'esbuild';

/**
 * Their errors name themselves, and a stack's frames in them tell a reader little. They make many functions anew
 * at each AWS call: to name all of those, as esbuild's `keepNames` does, took a tenth of a warm consumer's CPU
 * time (run).
 */
const NAMELESS = /[\\/]node_modules[\\/](?:@aws-sdk|@aws-crypto|@smithy|@aws-lambda-powertools|zod)[\\/]/;

const HELPER = 'kept-names-helper';
/** As esbuild puts it before each file. */
const OWN_HELPER = /^var __defProp = Object\.defineProperty;\nvar __name = \(.*\n/;

/**
 * Keeps the names of classes and functions where identifiers are minified. Dead letters are grouped by the error's
 * name and top frame: `this.name = new.target.name` must not become `Rl`, another one in each release.
 */
export const keptNames: Plugin = {
  name: 'kept-names',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: new RegExp(`^${HELPER}$`) }, () => ({ path: HELPER, namespace: HELPER }));
    onLoad({ filter: /./, namespace: HELPER }, () => ({
      contents:
        "export const __name = (value, name) => Object.defineProperty(value, 'name', { value: name, configurable: true });",
    }));
    onLoad({ filter: /\.[cm]?[jt]s$/ }, async ({ path }) => {
      if (NAMELESS.test(path)) return undefined;
      const transformed = await transform(await readFile(path, 'utf8'), {
        loader: path.endsWith('ts') ? 'ts' : 'js',
        target: 'node20',
        keepNames: true,
        // The bundle's own map goes through this one to the file.
        sourcemap: 'inline',
        sourcefile: basename(path),
        sourcesContent: false,
        logLevel: 'silent',
        // What does not compile is left to the build, which names the file and the line.
      }).catch(() => undefined);
      if (transformed === undefined) return undefined;
      // A module need not bring the helper itself. On one line, so that the map holds.
      const contents = path.endsWith('ts')
        ? transformed.code.replace(OWN_HELPER, `import { __name } from '${HELPER}';\n\n`)
        : transformed.code;
      return { contents, loader: 'js' };
    });
  },
};
